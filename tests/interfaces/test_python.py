# SPDX-License-Identifier: MIT
"""The Python module beside the shipped models; with numpy if it is there.

    FCN_LIBRARY=libfcn.so PYTHONPATH=interfaces/python test_python.py CLASSIFIER PIXEL-MODEL PICTURE.ppm
"""

import ctypes
import gc
import sys
import threading
import unittest

import fcn

try:
    import numpy
except ImportError:
    numpy = None

CLASSIFIER, PIXEL_MODEL, PICTURE = sys.argv[1:4]


def read_ppm(path):
    with open(path, "rb") as file:
        magic, width, height, most = file.read().split(maxsplit=4)[:4]
        file.seek(0)
        content = file.read()
    width, height = int(width), int(height)
    assert magic == b"P6" and most == b"255"
    return content[-3 * width * height:], width, height


class PythonModule(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rgb, cls.width, cls.height = read_ppm(PICTURE)
        cls.model = fcn.Model(CLASSIFIER)
        cls.session = fcn.Session(cls.model, threads=2)
        cls.size = {"width": cls.width, "height": cls.height, "format": "rgb"}
        cls.map = cls.session.run(cls.rgb, **cls.size)

    def refuses(self, code, words, call, *arguments, **named):
        with self.assertRaises(fcn.Error) as caught:
            call(*arguments, **named)
        self.assertEqual(caught.exception.code, code)
        self.assertIn(words, str(caught.exception))
        self.assertGreater(len(caught.exception.kind), 3)

    def test_finds_the_boot(self):
        best = self.map.top(3)
        self.assertEqual(best[0].label, "Ankle boot")
        self.assertEqual(self.map.predicted(), best[0].class_id)
        self.assertEqual(self.map.winner(best[0].row, best[0].column), best[0].class_id)
        view = self.map.view()
        self.assertEqual(view.shape, self.map.shape)
        self.assertEqual(view[best[0].row, best[0].column, best[0].class_id], best[0].probability)
        self.assertEqual(best[0].x, self.map.first_center[0] + best[0].column * self.map.stride[0])
        self.assertEqual(len(self.map.top(1000)), len(self.model.classes) - (self.model.background is not None))
        region = self.map.regions(0.5, classes=[best[0].class_id])[0]
        self.assertEqual(region.label, "Ankle boot")
        self.assertLessEqual(region.x + region.width, self.width)
        self.assertEqual(self.map.regions(2), [])

    def test_model_from_memory(self):
        with open(CLASSIFIER, "rb") as file:
            content = file.read()
        model = fcn.Model(content)
        self.assertEqual(model.classes, self.model.classes)
        again = fcn.Session(model, threads=1).run(bytearray(self.rgb), **self.size)
        self.assertEqual(again.view().tobytes(), self.map.view().tobytes())
        self.refuses(4, "not an fcn model", fcn.Model, content[:4])

    def test_maps_outlive_everything(self):
        session = fcn.Session(fcn.Model(CLASSIFIER), threads=1)
        view = session.run(self.rgb, **self.size).view()
        del session
        gc.collect()
        self.assertEqual(view.tobytes(), self.map.view().tobytes())

    def test_labels(self):
        model = fcn.Model(PIXEL_MODEL)
        labels = fcn.Session(model).label(self.rgb, **self.size)
        self.assertEqual(labels.shape, (self.height, self.width))
        self.assertLess(max(labels.view().tolist()[0]), len(model.labels))
        self.refuses(1, "labels no pixels", self.session.label, self.rgb, **self.size)

    def test_errors(self):
        self.refuses(2, "cannot open", fcn.Model, "/nonexistent/model")
        self.refuses(1, "threads", fcn.Session, self.model, threads=-4)
        self.refuses(1, "expected probabilities", fcn.Session, self.model, scores="guesses")
        self.refuses(1, "data_size", self.session.run, self.rgb[:-1], **self.size)
        self.refuses(7, "window", self.session.run, self.rgb, width=8, height=8, format="rgb")
        self.refuses(1, "format", self.session.run, self.rgb, width=8, height=8)
        self.refuses(1, "height and width", self.session.run, self.rgb)
        self.refuses(1, "no such class", self.map.peak, 10000)
        self.assertRegex(fcn.version(), r"^\d+\.\d+\.\d+$")

    def test_threads_share_a_session(self):
        maps = [None] * 4

        def run(i):
            maps[i] = self.session.run(self.rgb, **self.size).view().tobytes()

        threads = [threading.Thread(target=run, args=(i,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(maps, [self.map.view().tobytes()] * 4)

    @unittest.skipUnless(numpy, "numpy is not installed")
    def test_numpy(self):
        picture = numpy.frombuffer(self.rgb, numpy.uint8).reshape(self.height, self.width, 3)
        found = self.session.run(picture)
        array = found.array()
        address = array.__array_interface__["data"][0]
        self.assertEqual(address, ctypes.addressof(found._content))  # not a copy
        self.assertEqual(array.tobytes(), self.map.view().tobytes())
        del found
        gc.collect()
        self.assertEqual(array.tobytes(), self.map.view().tobytes())
        # Rows with a gap, and bottom up.
        wide = numpy.zeros((self.height, self.width + 5, 3), numpy.uint8)
        wide[:, 2:-3] = picture
        self.assertEqual(self.session.run(wide[:, 2:-3]).view().tobytes(), array.tobytes())
        flipped = numpy.ascontiguousarray(picture[::-1])
        self.assertEqual(self.session.run(flipped[::-1]).view().tobytes(), array.tobytes())
        self.refuses(1, "next to each other", self.session.run, picture[:, ::-1])
        self.refuses(1, "expected uint8", self.session.run, picture.astype(numpy.float64))
        self.refuses(1, "expected uint8", self.session.run, picture.astype(">u2"))
        bgr = numpy.ascontiguousarray(picture[:, :, ::-1])
        self.assertEqual(self.session.run(bgr, format="bgr").view().tobytes(), array.tobytes())
        rgba = numpy.dstack([picture, picture[:, :, :1]])
        self.assertEqual(self.session.run(rgba).view().tobytes(), array.tobytes())
        for other in (picture.astype(numpy.uint16) * 257, picture.astype(numpy.float32) / 255):
            self.assertEqual([peak.class_id for peak in self.session.run(other).top(3)],
                             [peak.class_id for peak in self.map.top(3)])
        self.refuses(1, "channels", self.session.run, picture[:, :, :2])
        grey = numpy.ascontiguousarray(picture[:, :, 0])
        self.assertEqual(self.session.run(grey).view().tobytes(),
                         self.session.run(numpy.dstack([grey] * 3)).view().tobytes())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
