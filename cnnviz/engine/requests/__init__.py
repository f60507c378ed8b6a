"""What can be asked of an engine: plain values that can be hashed, compared and sent to another process.

    >>> engine.ask(Maps(ModelChoice("efficientnet-lite0"), Picture.of(photo), "conv_stem.conv2d")).values.shape
    (32, 112, 112)

The subscript of a request's base class is the type of its answer. requests/NAME.py says what is asked and
compute/NAME.py how it is computed; a new request needs one more line here.
"""

from cnnviz.engine.requests.activation_functions import DescendTwoWeights as DescendTwoWeights
from cnnviz.engine.requests.activation_functions import SampleActivations as SampleActivations
from cnnviz.engine.requests.activation_functions import SwapActivations as SwapActivations
from cnnviz.engine.requests.activation_functions import TimeActivations as TimeActivations
from cnnviz.engine.requests.activation_functions import TrainUnits as TrainUnits
from cnnviz.engine.requests.activations import Classify as Classify
from cnnviz.engine.requests.activations import Maps as Maps
from cnnviz.engine.requests.activations import Unit as Unit
from cnnviz.engine.requests.analysis import Analyze as Analyze
from cnnviz.engine.requests.augmentation import DRAWS as DRAWS
from cnnviz.engine.requests.augmentation import Augment as Augment
from cnnviz.engine.requests.augmentation import FilmOperations as FilmOperations
from cnnviz.engine.requests.augmentation import LeaveOutBlocks as LeaveOutBlocks
from cnnviz.engine.requests.augmentation import SmoothLabel as SmoothLabel
from cnnviz.engine.requests.connectivity import Collapse as Collapse
from cnnviz.engine.requests.connectivity import Connect as Connect
from cnnviz.engine.requests.connectivity import ReadShuffled as ReadShuffled
from cnnviz.engine.requests.connectivity import ShufflePicture as ShufflePicture
from cnnviz.engine.requests.convolution import Convolve as Convolve
from cnnviz.engine.requests.convolution import ConvolvePhoto as ConvolvePhoto
from cnnviz.engine.requests.convolution import LearnKernel as LearnKernel
from cnnviz.engine.requests.depth import Additions as Additions
from cnnviz.engine.requests.depth import MeasureGradients as MeasureGradients
from cnnviz.engine.requests.depth import TakeApart as TakeApart
from cnnviz.engine.requests.depth import WithoutBlock as WithoutBlock
from cnnviz.engine.requests.equivariance import BlurSignal as BlurSignal
from cnnviz.engine.requests.equivariance import MoveMaps as MoveMaps
from cnnviz.engine.requests.equivariance import ShiftAnswers as ShiftAnswers
from cnnviz.engine.requests.equivariance import ShiftLayers as ShiftLayers
from cnnviz.engine.requests.equivariance import ShiftMaps as ShiftMaps
from cnnviz.engine.requests.filters import Filters as Filters
from cnnviz.engine.requests.filters import Guided as Guided
from cnnviz.engine.requests.filters import Strongest as Strongest
from cnnviz.engine.requests.initialization import CheckVariance as CheckVariance
from cnnviz.engine.requests.initialization import LearnFrom as LearnFrom
from cnnviz.engine.requests.initialization import Stack as Stack
from cnnviz.engine.requests.initialization import StackDown as StackDown
from cnnviz.engine.requests.initialization import StackUp as StackUp
from cnnviz.engine.requests.initialization import WatchUnits as WatchUnits
from cnnviz.engine.requests.inputs import Input as Input
from cnnviz.engine.requests.interpolation import DerivePixel as DerivePixel
from cnnviz.engine.requests.interpolation import LossAlong as LossAlong
from cnnviz.engine.requests.interpolation import PixelProfile as PixelProfile
from cnnviz.engine.requests.interpolation import PullBack as PullBack
from cnnviz.engine.requests.invariance import Sweep as Sweep
from cnnviz.engine.requests.invariance import SweepMaps as SweepMaps
from cnnviz.engine.requests.invariance import View as View
from cnnviz.engine.requests.layers import Layers as Layers
from cnnviz.engine.requests.normalization import BatchNoise as BatchNoise
from cnnviz.engine.requests.normalization import FoldNorm as FoldNorm
from cnnviz.engine.requests.normalization import FollowStatistics as FollowStatistics
from cnnviz.engine.requests.normalization import Normalize as Normalize
from cnnviz.engine.requests.normalization import NormPairs as NormPairs
from cnnviz.engine.requests.normalization import SwapImage as SwapImage
from cnnviz.engine.requests.normalization import UndoNorm as UndoNorm
from cnnviz.engine.requests.photos import DescribePhoto as DescribePhoto
from cnnviz.engine.requests.photos import LabelledFeatures as LabelledFeatures
from cnnviz.engine.requests.photos import Recognise as Recognise
from cnnviz.engine.requests.pooling import Pool as Pool
from cnnviz.engine.requests.pooling import PoolMoved as PoolMoved
from cnnviz.engine.requests.pooling import PoolShifts as PoolShifts
from cnnviz.engine.requests.pooling import Settings as Settings
from cnnviz.engine.requests.preprocessing import Decompose as Decompose
from cnnviz.engine.requests.preprocessing import FindComponents as FindComponents
from cnnviz.engine.requests.preprocessing import PreparePhoto as PreparePhoto
from cnnviz.engine.requests.preprocessing import PreparePoints as PreparePoints
from cnnviz.engine.requests.receptive_field import EffectiveField as EffectiveField
from cnnviz.engine.requests.receptive_field import Reads as Reads
from cnnviz.engine.requests.regularization import AverageMasks as AverageMasks
from cnnviz.engine.requests.regularization import DropUnits as DropUnits
from cnnviz.engine.requests.regularization import RemoveUnits as RemoveUnits
from cnnviz.engine.requests.spatial_transformer import AnswerWarped as AnswerWarped
from cnnviz.engine.requests.spatial_transformer import FollowBox as FollowBox
from cnnviz.engine.requests.spatial_transformer import Localise as Localise
from cnnviz.engine.requests.spatial_transformer import TransformDigits as TransformDigits
from cnnviz.engine.requests.spatial_transformer import WarpMaps as WarpMaps
from cnnviz.engine.requests.training import TakeFrames as TakeFrames
from cnnviz.engine.requests.training import TakeWeights as TakeWeights
from cnnviz.engine.requests.training import TrainSlice as TrainSlice
from cnnviz.engine.requests.values import ModelChoice as ModelChoice
from cnnviz.engine.requests.values import Numbers as Numbers
from cnnviz.engine.requests.values import Picture as Picture
from cnnviz.engine.requests.values import Request as Request
from cnnviz.engine.requests.values import key_of as key_of
from cnnviz.engine.requests.warps import Warp as Warp
from cnnviz.engine.requests.warps import WarpIdentity as WarpIdentity
from cnnviz.engine.requests.warps import WarpPixel as WarpPixel
from cnnviz.engine.requests.warps import WarpTwice as WarpTwice
from cnnviz.engine.requests.weights import MatchWeights as MatchWeights
