"""A SavedModel as a TensorFlow.js graph model: TensorFlow's graph as JSON, and its constants in a file beside it.

The package tensorflowjs converts models too, but its pins exclude today's TensorFlow. Little is needed of it: calls
give way to the functions that they call, TensorFlow's own optimizer folds and fuses, and the few operations that
TensorFlow.js lacks give way to others of the same result.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import tensorflow as tf
from google.protobuf.json_format import MessageToDict
from numpy.typing import NDArray
from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.framework.node_def_pb2 import NodeDef
from tensorflow.core.protobuf import config_pb2, device_properties_pb2, meta_graph_pb2
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2
from tensorflow.python.grappler import cluster, tf_optimizer
from tensorflow.python.training.saver import export_meta_graph

from mnist_demo.inference import IMAGE_SIDE

SIGNATURES = {"read": "page", "heat": "page", "serving_default": "images", "features": "images"}  # and their inputs
OPTIMIZERS = "constfold", "arithmetic", "remap", "dependency"
PASSES = 2  # the second fuses what the first has folded
RENAMED = {"Where": "Places", "ResizeBilinear": "Resize"}  # to model.js's own, which tells why
DTYPES = {np.dtype(np.int64): np.int32, np.dtype(np.float64): np.float32}  # that browsers lack, and what they get


def convert(folder: Path, output: Path) -> None:
    """Write the SavedModel `folder` as model.json and weights.bin into the folder `output`.

    Its graph takes `page` and `images`, and gives each signature's outputs as SIGNATURE/NAME. Only what an output asked
    for needs is computed.
    """
    graph = _inline(tf.saved_model.load(str(folder)))
    names = [node.name for node in graph.node if node.op == "Placeholder" or _is_output(node)]
    for _ in range(PASSES):
        graph = _optimize(_simplify(_share_constants(graph)), names)
    graph = _simplify(graph)
    for node in graph.node:
        node.op = RENAMED.get(node.op, node.op)
    weights = list(_take_constants(graph))
    manifest = {"paths": ["weights.bin"], "weights": [_describe(name, value) for name, value in weights]}
    model = {"format": "graph-model", "modelTopology": MessageToDict(graph), "weightsManifest": [manifest]}
    output.mkdir(parents=True, exist_ok=True)
    (output / "model.json").write_text(json.dumps(model, separators=(",", ":")))
    (output / "weights.bin").write_bytes(b"".join(value.tobytes() for _, value in weights))


def _inline(model: tf.Module) -> GraphDef:
    """Return one graph of all SIGNATURES, without calls."""

    @tf.function(
        input_signature=[
            tf.TensorSpec((None, None), tf.uint8, "page"),
            tf.TensorSpec((None, IMAGE_SIDE, IMAGE_SIDE), tf.float32, "images"),
        ]
    )
    def answer(page: tf.Tensor, images: tf.Tensor) -> list[tf.Tensor]:
        inputs = {"page": page, "images": images}
        return [
            tf.identity(value, f"{signature}/{name}")
            for signature, needed in SIGNATURES.items()
            for name, value in model.signatures[signature](**{needed: inputs[needed]}).items()
        ]

    concrete = answer.get_concrete_function()
    return convert_variables_to_constants_v2(concrete).graph.as_graph_def()


def _is_output(node: NodeDef) -> bool:
    return node.op == "Identity" and node.name.split("/")[0] in SIGNATURES


def _share_constants(graph: GraphDef) -> GraphDef:
    """Let equal constants be one, so that the optimizer sees which operations are equal: each signature has its own."""
    first: dict[bytes, str] = {}
    same = {
        node.name: first.setdefault(node.attr["value"].SerializeToString(), node.name)
        for node in graph.node
        if node.op == "Const"
    }
    shared = GraphDef(versions=graph.versions, library=graph.library)
    shared.node.extend(node for node in graph.node if same.get(node.name, node.name) == node.name)
    for node in shared.node:
        node.input[:] = [same.get(name.removesuffix(":0"), name) for name in node.input if not name.startswith("^")]
    return shared


def _simplify(graph: GraphDef) -> GraphDef:
    """Replace what TensorFlow.js cannot do, and let what it fuses be fused."""
    for node in graph.node:
        if node.op in ("Conv2D", "MatMul"):
            node.device = "/device:CPU:0"  # there alone TensorFlow fuses them with what follows
        elif node.op == "EnsureShape":
            node.op = "Identity"
            del node.attr["shape"]
    return graph


def _optimize(graph: GraphDef, names: list[str]) -> GraphDef:
    """Return a graph as TensorFlow's optimizer makes it, with the nodes of these names as they are."""
    with tf.Graph().as_default() as whole:
        tf.import_graph_def(graph, name="")
    meta = export_meta_graph(graph_def=graph, graph=whole)
    kept = meta_graph_pb2.CollectionDef()
    kept.node_list.value.extend(names)
    meta.collection_def["train_op"].CopyFrom(kept)
    config = config_pb2.ConfigProto()
    config.graph_options.rewrite_options.optimizers.extend(OPTIMIZERS)
    device = device_properties_pb2.NamedDevice(name="/CPU:0")
    device.properties.type = "CPU"
    device.properties.environment["architecture"] = "4"
    return tf_optimizer.OptimizeGraph(config, meta, cluster=cluster.Cluster(devices=[device]))


def _take_constants(graph: GraphDef) -> Iterator[tuple[str, NDArray[np.generic]]]:
    """Yield each constant's name and value, and leave its node without the value."""
    for nodes in (graph.node, *(function.node_def for function in graph.library.function)):
        for node in nodes:
            if node.op == "Const":
                value = tf.make_ndarray(node.attr.pop("value").tensor)
                yield node.name, _shorten(value.astype(DTYPES.get(value.dtype, value.dtype)))


def _shorten(value: NDArray[np.generic]) -> NDArray[np.generic]:
    """Return numbers of single precision in half the bytes, where all of them are the same so."""
    with np.errstate(over="ignore"):
        half = value.astype(np.float16)
    return half if value.dtype == np.float32 and (half == value).all() else value


def _describe(name: str, value: NDArray[np.generic]) -> dict[str, object]:
    """Return what the manifest says of a constant. TensorFlow.js makes single precision of half when it loads them."""
    if value.dtype == np.float16:
        return {**_describe(name, value.astype(np.float32)), "quantization": {"dtype": "float16"}}
    return {"name": name, "shape": list(value.shape), "dtype": value.dtype.name}
