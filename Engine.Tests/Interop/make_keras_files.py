#!/usr/bin/python3
"""Writes the files that KerasWeightsTests read, in the layouts of Keras 2 and 3, into the folder Files beside this script.

Needs h5py and numpy only (Debian: python3-h5py). Every weight holds (100 * number + 0, 1, 2, ...) / 8, where number counts the
weights of a file from 1 in the order of the model: exact in each of the formats float16, float32 and float64.
"""

import pathlib

import h5py
import numpy as np

FOLDER = pathlib.Path(__file__).parent / "Files"

# The models of the tests: layers with the shapes of their weights.
PLAIN = [
    ("input_1", []),
    ("dense", [("kernel", (4, 3)), ("bias", (3,))]),
    ("dropout", []),
    ("dense_1", [("kernel", (3, 5)), ("bias", (5,))]),
    ("dense_2", [("kernel", (5, 2))]),
]


class Numbers:
    """Gives the weights of one file their values."""

    def __init__(self, dtype="float32"):
        self.dtype, self.count = dtype, 0

    def next(self, shape):
        self.count += 1
        return ((100 * self.count + np.arange(np.prod(shape, dtype=int))) / 8).reshape(shape).astype(self.dtype)


def write_legacy(group, layers, numbers, name="{layer}/{weight}:0", strings=None, split=False, **dataset):
    """layers: (name of layer, [(name of weight, shape)]); name: how the weight is called in the file."""
    write_names(group, "layer_names", [layer for layer, _ in layers], strings, split)
    group.attrs["backend"] = "tensorflow"
    group.attrs["keras_version"] = b"2.11.0"
    for layer, weights in layers:
        subgroup = group.create_group(layer)
        names = [name.format(layer=inner if inner else layer, weight=weight)
                 for inner, weight in (weight.rpartition("/")[::2] for weight, _ in weights)]
        write_names(subgroup, "weight_names", names, strings, split=False)
        for weight, (_, shape) in zip(names, weights):
            subgroup.create_dataset(weight, data=numbers.next(shape), **dataset)


def write_names(group, attribute, names, strings, split):
    if strings == "variable":
        group.attrs.create(attribute, names, dtype=h5py.string_dtype(), shape=(len(names),))
    elif split:
        for i, part in enumerate(np.array_split(np.array(names, dtype="S"), 2)):
            group.attrs[f"{attribute}{i}"] = part
    else:
        group.attrs[attribute] = [text.encode() for text in names]  # an empty list becomes an array of no floats


def write_keras3(file, path, layers, numbers, **dataset):
    """layers: (name of the class, [shape]) or (name of the class, [layers]) for a model inside."""
    for layer, weights in layers:
        if weights and isinstance(weights[0], tuple) and isinstance(weights[0][0], str):
            file.create_group(f"{path}layers/{layer}/vars")
            write_keras3(file, f"{path}layers/{layer}/", weights, numbers, **dataset)
            continue
        variables = file.create_group(f"{path}layers/{layer}/vars")
        for i, shape in enumerate(weights):
            variables.create_dataset(str(i), data=numbers.next(shape), **dataset)


def make(name, **options):
    return h5py.File(FOLDER / name, "w", **options)


FOLDER.mkdir(exist_ok=True)

with make("legacy.h5") as file:
    write_legacy(file, PLAIN, Numbers())

with make("legacy_notop.h5") as file:
    write_legacy(file, PLAIN[:4], Numbers())

# A whole model of Keras 2: configuration and optimizer beside the weights.
with make("legacy_whole_model.h5") as file:
    file.attrs["model_config"] = '{"class_name": "Sequential"}'
    weights = file.create_group("model_weights")
    write_legacy(weights, PLAIN, Numbers("float64"), strings="variable", chunks=True, compression="gzip", shuffle=True)
    weights.create_group("top_level_model_weights").attrs["weight_names"] = []
    file.create_group("optimizer_weights").create_dataset("Adam/iter:0", data=np.int64(7))

# As Keras splits names that are too many for one attribute, in the newest format of HDF5, in half precision.
with make("legacy_split_names.h5", libver="latest") as file:
    write_legacy(file, PLAIN, Numbers("float16"), split=True)

# A model inside: its weights that train, then those that do not, in one group.
NESTED = [
    ("input_2", []),
    ("base", [("first/kernel", (4, 3)), ("first/bias", (3,)), ("norm/gamma", (3,)), ("norm/beta", (3,)),
              ("second/kernel", (3, 5)), ("norm/moving_mean", (3,)), ("norm/moving_variance", (3,))]),
    ("head", [("kernel", (5, 2)), ("bias", (2,))]),
]
with make("legacy_nested.h5") as file:
    write_legacy(file, NESTED, Numbers())

# The same with a frozen model inside: layer by layer.
with make("legacy_nested_frozen.h5") as file:
    base = NESTED[1][1]
    write_legacy(file, [NESTED[0], ("base", base[:4] + base[5:] + base[4:5]), NESTED[2]], Numbers())

with make("legacy_wrong_shape.h5") as file:
    write_legacy(file, PLAIN[:3] + [("dense_1", [("kernel", (5, 3)), ("bias", (5,))])] + PLAIN[4:], Numbers())

# Numbers that are none of weights.
with make("legacy_integers.h5") as file:
    write_legacy(file, PLAIN, Numbers("int32"))

with make("keras3.weights.h5") as file:
    numbers = Numbers()
    file.create_group("vars")
    write_keras3(file, "", [("dense", [(4, 3), (3,)]), ("dropout", []), ("dense_1", [(3, 5), (5,)]), ("dense_2", [(5, 2)])], numbers)
    file.create_dataset("layers/dropout/seed_generator/vars/0", data=np.array([1, 2], dtype="uint32"))
    file.create_dataset("optimizer/vars/0", data=np.int64(7))

# Newer files of Keras 3: no empty groups, the names that the layers have in the model beside their weights.
with make("keras3_named.weights.h5") as file:
    write_keras3(file, "", [("dense", [(4, 3), (3,)]), ("dense_1", [(3, 5), (5,)]), ("dense_2", [(5, 2)])], Numbers(), compression="gzip")
    for group, name in zip(["dense", "dense_1", "dense_2"], ["hidden", "other", "output"]):
        file[f"layers/{group}/vars"].attrs["name"] = name

with make("keras3_nested.weights.h5") as file:
    write_keras3(
        file, "",
        [("functional", [("dense", [(4, 3), (3,)]), ("batch_normalization", [(3,), (3,), (3,), (3,)]), ("dense_1", [(3, 5)])]),
         ("dense", [(5, 2), (2,)])],
        Numbers("float64"))

with make("not_keras.h5") as file:
    file.create_dataset("numbers", data=np.arange(3.0))

# Layers that keep their weights in parts: a cell, two directions, four projections. In the order of the model.
LSTM = [("kernel", (4, 12)), ("recurrent_kernel", (3, 12)), ("bias", (12,))]
PARTS = [
    ("embedding", "", "", [("embeddings", (7, 4))]),
    ("bidirectional", "forward_layer/cell/", "forward_lstm/lstm_cell/", LSTM),
    ("bidirectional", "backward_layer/cell/", "backward_lstm/lstm_cell/", LSTM),
    ("multi_head_attention", "query_dense/", "query/", [("kernel", (6, 2, 3)), ("bias", (2, 3))]),
    ("multi_head_attention", "key_dense/", "key/", [("kernel", (6, 2, 3)), ("bias", (2, 3))]),
    ("multi_head_attention", "value_dense/", "value/", [("kernel", (6, 2, 3)), ("bias", (2, 3))]),
    ("multi_head_attention", "output_dense/", "attention_output/", [("kernel", (2, 3, 6)), ("bias", (6,))]),
    ("gru", "cell/", "gru_cell/", [("kernel", (6, 6)), ("recurrent_kernel", (2, 6)), ("bias", (2, 6))]),
    ("time_distributed", "layer/", "", [("kernel", (2, 3)), ("bias", (3,))]),
]
with make("keras3_parts.weights.h5") as file:
    numbers = Numbers()
    for layer, part, _, weights in PARTS:
        for i, (_, shape) in enumerate(weights):
            file.create_dataset(f"layers/{layer}/{part}vars/{i}", data=numbers.next(shape))
    file.create_dataset("layers/bidirectional/forward_layer/cell/seed_generator/vars/0", data=np.array([1, 2], dtype="uint32"))

with make("legacy_parts.h5") as file:
    layers = {}
    for layer, _, part, weights in PARTS:
        layers.setdefault(layer, []).extend((f"{layer}/{part}{name}:0", shape) for name, shape in weights)
    write_names(file, "layer_names", list(layers), None, split=False)
    numbers = Numbers()
    for layer, weights in layers.items():
        group = file.create_group(layer)
        write_names(group, "weight_names", [name for name, _ in weights], None, split=False)
        for name, shape in weights:
            group.create_dataset(name, data=numbers.next(shape))
