"""The map of a network: where its script lays nodes and lines, on random graphs and on real ones."""

import base64
import random
import re

import pytest
import torch
import torchvision.models as tv

from cnnviz import models
from cnnviz.analysis import analyze
from cnnviz.components.bundle import script
from cnnviz.components.network_map import message
from cnnviz.graph import Edge, NetworkGraph, Node
from tests.conftest import NIGHTLY

LAID = """(cases) => {
  let work = 0;
  SCRIPT
  return cases.map(([text, share, down]) => {
    const data = Uint8Array.from(atob(text), (c) => c.charCodeAt(0)), model = modelOf(...unpack(data));
    const open = new Set(model.blocks.filter(({ id }) => (id * 7919 + 13) % 100 < share).map(({ id }) => id));
    work = 0;
    const scene = layOut(model, open, cellSize(down), down);
    return { work, crossings: scene.crossings, width: scene.width, height: scene.height,
      shown: model.byNode.map((item) => shownFor(item, open)).map((item) => item.id ?? -1 - item.node),
      lines: scene.lines, boxes: scene.boxes.map(({ item, x, y, width, height, depth, open: is }) =>
        ({ id: item.id ?? -1 - item.node, x, y, width, height, depth, open: is })) };
  });
}"""


@pytest.fixture(scope="module")
def lay(chromium):
    """Return a function [(graph, percent of blocks that are open, down)] -> how each is laid out."""
    page = chromium.new_page()
    whole = script("network_map").replace("export default function", "function entry")
    # Every function that is called and every turn of a loop is counted.
    code = LAID.replace("SCRIPT", re.sub(r"(=> \{|\) \{)", r"\1 work++;", whole))

    def go(cases):
        texts = [(base64.b64encode(message(graph, key="map")[1]).decode(), share, down) for graph, share, down in cases]
        return page.evaluate(code, texts)

    yield go
    page.close()


FIRST = """([text, most]) => {
  SCRIPT
  const data = Uint8Array.from(atob(text), (c) => c.charCodeAt(0)), model = modelOf(...unpack(data));
  const open = openAtFirst(model, most);
  return model.blocks.filter(({ id }) => open.has(id)).map(({ name }) => name);
}"""


def random_graph(draw):
    """Return a graph of 1 to 40 nodes in random modules, some of which skip far ahead."""
    count = draw.randint(1, 40)
    names = sorted(".".join(draw.choice("abc") for _ in range(draw.randint(1, 4))) + f".{at}" for at in range(count))
    nodes = [Node("input", "input", (1, 3, 32, 32))]
    nodes += [Node(name, "Conv2d", (1, draw.randint(1, 999), *[draw.randint(1, 99)] * 2)) for name in names]
    pairs = {(draw.randrange(at), at) for at in range(1, count + 1) for _ in range(draw.randint(0, 3))}
    return NetworkGraph(
        tuple(nodes), tuple(Edge(*pair, ((1, 2),)) for pair in sorted(pairs, key=lambda each: each[::-1]))
    )


def real(make):
    with torch.device("meta"):
        return analyze(make(weights=None).eval(), (1, 3, 224, 224)).graph


def apart(one, other):
    return (
        one["x"] + one["width"] <= other["x"] + 1e-6
        or other["x"] + other["width"] <= one["x"] + 1e-6
        or one["y"] + one["height"] <= other["y"] + 1e-6
        or other["y"] + other["height"] <= one["y"] + 1e-6
    )


def holds(outer, point, more=1e-6):
    return (
        outer["x"] - more <= point[0] <= outer["x"] + outer["width"] + more
        and outer["y"] - more <= point[1] <= outer["y"] + outer["height"] + more
    )


def assert_boxes_stand_apart(laid):
    """Assert that two boxes are apart, or that one is open and holds the other."""
    for at, box in enumerate(laid["boxes"]):
        corner = box["x"] + box["width"], box["y"] + box["height"]
        assert -1e-6 <= box["x"] <= corner[0] <= laid["width"] + 1e-6
        assert -1e-6 <= box["y"] <= corner[1] <= laid["height"] + 1e-6
        for other in laid["boxes"][:at]:
            inside = other["open"] and holds(other, (box["x"], box["y"])) and holds(other, corner)
            assert inside or apart(box, other)


def assert_lines_are_the_edges(graph, laid):
    """Assert that following the lines of a tensor leads from its box to those that read it, and nowhere else."""
    boxes = {box["id"]: box for box in laid["boxes"]}
    expected, found = set(), set()
    for edge in graph.edges:
        pair = laid["shown"][edge.source], laid["shown"][edge.target]
        if pair[0] != pair[1]:
            expected.add((edge.source, pair[1]))
    lines, closed = {}, [box for box in laid["boxes"] if not box["open"]]
    for line in laid["lines"]:
        lines.setdefault(line["source"], []).append(line)
    for source, every in lines.items():
        begin = boxes[laid["shown"][source]]
        ways = [line for line in every if line["begins"] and holds(begin, line["points"][0])]
        assert ways
        reached = set()
        while ways:
            line = ways.pop()
            end = line["points"][3]
            ends = {box["id"] for box in closed if holds(box, end)} if line["ends"] else set()
            over = [box["id"] for box in closed for point in line["points"][1:3] if holds(box, point, -1e-6)]
            assert set(over) <= {begin["id"]} | ends, "a line runs over a box"
            reached |= ends
            ways += [
                each for each in every if max(abs(a - b) for a, b in zip(each["points"][0], end, strict=True)) < 1e-6
            ]
        found |= {(source, each) for each in reached}
    assert found == expected


def test_no_boxes_overlap_and_lines_lead_where_edges_do(lay):
    draw = random.Random(7)
    graphs = [random_graph(draw) for _ in range(1000 if NIGHTLY else 40)] + [real(tv.resnet18), real(tv.googlenet)]
    cases = [(graph, draw.choice([0, 40, 100]), draw.random() < 0.5) for graph in graphs]
    for (graph, _, _), laid in zip(cases, lay(cases), strict=True):
        assert_boxes_stand_apart(laid)
        assert_lines_are_the_edges(graph, laid)


def test_resnet152_opened_whole_is_laid_out_with_work_in_proportion_and_without_a_crossing(lay):
    small, large = (lay([(real(make), 100, False)])[0] for make in (tv.resnet50, tv.resnet152))
    print("boxes and work:", [(len(each["boxes"]), each["work"]) for each in (small, large)])
    assert len(large["boxes"]) > 500
    assert large["crossings"] == 0
    assert_boxes_stand_apart(large)
    # 47,523 when this was written. Work that grew with the square would be 2.8 times as much for each box.
    assert large["work"] < 60_000
    assert large["work"] / len(large["boxes"]) < 1.1 * small["work"] / len(small["boxes"])


@pytest.mark.parametrize(("most", "opened"), [(14, ["conv_stem", "bn1", "bn2", "global_pool"]), (15, ["blocks"])])
def test_a_network_opens_its_stages_before_a_stem_of_two_layers(chromium, most, opened):
    network = models.load("efficientnet-lite0", random_seed=0)
    graph = analyze(network, (1, 3, 224, 224)).graph
    page = chromium.new_page()
    code = FIRST.replace("SCRIPT", script("network_map").replace("export default function", "function entry"))
    found = page.evaluate(code, [base64.b64encode(message(graph, key="map")[1]).decode(), most])
    page.close()
    # Nine are to be seen with all closed; the block with the stages holds seven.
    assert found == opened


def test_a_name_that_is_too_long_still_says_how_often_its_block_is_repeated(chromium):
    page = chromium.new_page()
    try:
        code = script("network_map").replace("export default function", "function entry")
        # Pixels for that many letters of ten pixels.
        cut = f"(cases) => {{ {code}; return cases.map(([text, most]) => fitted(text, 5.4 * most, 10)); }}"
        cases = [
            ("bottleneck9 × 5", 15),
            ("bottleneck9 × 5", 10),
            ("bottleneck49 × 12", 6),
            ("bottleneck9", 8),
            ("a", 0),
        ]
        assert page.evaluate(cut, cases) == ["bottleneck9 × 5", "bottl… × 5", "× 12", "bottlen…", ""]
    finally:
        page.close()
