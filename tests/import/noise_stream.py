# SPDX-License-Identifier: MIT
"""The noise that the weights of tests/import/families are pieces of; noise_weights.hpp makes the same in C++."""
import numpy

COUNT, SCALES = 1 << 18, 8  # floats of a stretch of noise; stretches, each half as loud as the one before


def noise_stream():
    """Stretches of uniform noise within 2^-r for r = 0 .. SCALES - 1, then one within 0.5 and 1.5."""
    state, values = 0x2545F491, numpy.empty(COUNT, numpy.int64)
    for i in range(COUNT):
        state ^= (state << 13) & 0xFFFFFFFF
        state ^= state >> 17
        state ^= (state << 5) & 0xFFFFFFFF
        values[i] = state >> 8
    signed = (values - (1 << 23)) / (1 << 23)
    stretches = [signed * 2.0 ** -r for r in range(SCALES)] + [0.5 + values / (1 << 24)]
    return numpy.concatenate(stretches).astype(numpy.float32)
