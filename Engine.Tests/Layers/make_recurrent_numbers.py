"""Prints the golden numbers of RecurrentGoldenTests: recurrent layers by the formulas that Keras 3 documents, with plain lists, without
Keras.

Weights, inputs and states are sines, so that both sides can make them. python3 make_recurrent_numbers.py
"""
from math import exp, sin, tanh

STEPS, FEATURES, UNITS = 4, 2, 3
MASK = [1, 0, 1, 1]


def sines(count, shift):
    return [sin(1.3 * i + shift) for i in range(count)]


def matrix(rows, columns, shift):
    values = sines(rows * columns, shift)
    return [values[r * columns:(r + 1) * columns] for r in range(rows)]


def times(vector, m):
    return [sum(v * row[j] for v, row in zip(vector, m)) for j in range(len(m[0]))]


def add(*vectors):
    return [sum(values) for values in zip(*vectors)]


def sigmoid(x):
    return 1 / (1 + exp(-x))


def cut(vector, gate):
    return vector[gate * UNITS:(gate + 1) * UNITS]


def lstm(x, states):
    h, c = states
    z = add(times(x, matrix(FEATURES, 4 * UNITS, 1)), times(h, matrix(UNITS, 4 * UNITS, 2)), sines(4 * UNITS, 3))
    i, f, n, o = ([g(v) for v in cut(z, k)] for k, g in enumerate((sigmoid, sigmoid, tanh, sigmoid)))
    c = [fv * cv + iv * nv for fv, cv, iv, nv in zip(f, c, i, n)]
    return [ov * tanh(cv) for ov, cv in zip(o, c)], c


def gru(x, states, reset_after):
    (h,) = states
    w, r = matrix(FEATURES, 3 * UNITS, 1), matrix(UNITS, 3 * UNITS, 2)
    bias = matrix(2, 3 * UNITS, 3) if reset_after else [sines(3 * UNITS, 3), [0] * (3 * UNITS)]
    mx, mh = add(times(x, w), bias[0]), add(times(h, r), bias[1])
    z = [sigmoid(v) for v in add(cut(mx, 0), cut(mh, 0))]
    s = [sigmoid(v) for v in add(cut(mx, 1), cut(mh, 1))]
    if reset_after:
        state = [a * b for a, b in zip(s, cut(mh, 2))]
    else:
        state = cut(times([a * b for a, b in zip(s, h)], r), 2)
    n = [tanh(v) for v in add(cut(mx, 2), state)]
    return ([zv * hv + (1 - zv) * nv for zv, hv, nv in zip(z, h, n)],)


def simple(x, states):
    (h,) = states
    return ([tanh(v) for v in add(times(x, matrix(FEATURES, UNITS, 1)), times(h, matrix(UNITS, UNITS, 2)), sines(UNITS, 3))],)


def run(name, cell, count, backwards):
    x = matrix(STEPS, FEATURES, 4)
    states = tuple(sines(UNITS, 5 + k) for k in range(count))
    outputs, last = [None] * STEPS, [0.0] * UNITS
    for i in range(STEPS):
        t = STEPS - 1 - i if backwards else i
        if MASK[t]:
            states = cell(x[t], states)
            last = states[0]
        outputs[i] = last
    numbers = [v for row in outputs for v in row] + [v for state in states for v in state]
    print(name, "backwards" if backwards else "forwards")
    print(", ".join(f"{v:.15g}" for v in numbers))


for back in (False, True):
    run("lstm", lstm, 2, back)
    run("gru", lambda x, s: gru(x, s, True), 1, back)
    run("gru, reset before", lambda x, s: gru(x, s, False), 1, back)
    run("simple", simple, 1, back)
