# SPDX-License-Identifier: MIT
"""The three most likely classes of a picture, and where numpy finds the best cell.

    PYTHONPATH=PREFIX/share/fcn/python python3 minimal.py MODEL PICTURE     (with python3-numpy and python3-pil)
"""

import sys

import fcn
import numpy
from PIL import Image

model = fcn.Model(sys.argv[1])
scores = fcn.Session(model).run(numpy.asarray(Image.open(sys.argv[2]).convert("RGB")))
for peak in scores.top(3):
    print(f"{peak.label:12} {100 * peak.probability:5.1f} % at pixel ({peak.x:.0f}, {peak.y:.0f})")
best = scores.top(1)[0].class_id
print("best cell:", *numpy.unravel_index(scores.array()[:, :, best].argmax(), scores.shape[:2]))
