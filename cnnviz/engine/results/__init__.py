"""What an engine answers: frozen dataclasses of plain values and read-only NumPy arrays. Nothing here imports torch."""

from cnnviz.engine.results.activations import LayerMaps as LayerMaps
from cnnviz.engine.results.activations import Prediction as Prediction
from cnnviz.engine.results.filters import Patch as Patch
from cnnviz.engine.results.filters import Patches as Patches
from cnnviz.engine.results.inputs import NetworkInput as NetworkInput
from cnnviz.engine.results.layers import LayerRow as LayerRow
from cnnviz.engine.results.layers import LayerTable as LayerTable
from cnnviz.engine.results.receptive_field import Reading as Reading
from cnnviz.engine.results.receptive_field import ReadRow as ReadRow
from cnnviz.engine.results.receptive_field import Source as Source
from cnnviz.engine.results.spatial_transformer import Followed as Followed
from cnnviz.engine.results.spatial_transformer import Localised as Localised
from cnnviz.engine.results.spatial_transformer import Part as Part
from cnnviz.engine.results.spatial_transformer import Transformed as Transformed
from cnnviz.engine.results.spatial_transformer import WarpedAnswers as WarpedAnswers
from cnnviz.engine.results.training import LearntWeights as LearntWeights
from cnnviz.engine.results.training import RunView as RunView
from cnnviz.engine.results.training import TrainedSlice as TrainedSlice
from cnnviz.engine.results.values import Bytes as Bytes
from cnnviz.engine.results.values import Floats as Floats
from cnnviz.engine.results.values import Probed as Probed
from cnnviz.engine.results.values import Sized as Sized
from cnnviz.engine.results.values import freeze as freeze
from cnnviz.engine.results.values import frozen as frozen
from cnnviz.engine.results.values import nbytes_of as nbytes_of
from cnnviz.engine.results.weight_spread import WeightSpread as WeightSpread
