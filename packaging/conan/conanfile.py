# SPDX-License-Identifier: MIT
# A Conan 2 recipe of the library, without the programs. The targets are those of cmake --install: fcn::fcn compiled,
# fcn::headers, fcn::c.
import os

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy


class Fcn(ConanFile):
    name = "fcn"
    version = "0.1.0"
    license = "MIT"
    description = "Fully convolutional inference on CPUs"
    topics = ("inference", "image-classification", "cpu", "simd")
    settings = "os", "arch", "compiler", "build_type"
    package_type = "static-library"

    def export_sources(self):
        root = os.path.join(self.recipe_folder, "..", "..")
        for pattern in ("CMakeLists.txt", "LICENSE", "CHANGELOG.md", "cmake/*", "engine/*", "kernels/*",
                        "interfaces/*", "packaging/debian/*"):
            copy(self, pattern, src=root, dst=self.export_sources_folder)

    def requirements(self):
        self.requires("nlohmann_json/[>=3.11.2 <4]", transitive_headers=True)
        self.requires("xsimd/[>=8.1 <14]", transitive_headers=True)

    def validate(self):
        check_min_cppstd(self, 20)

    def layout(self):
        cmake_layout(self)

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        for part in ("TOOLS", "TESTS", "BENCHMARKS"):
            toolchain.cache_variables["FCN_BUILD_" + part] = False
        toolchain.cache_variables["FCN_INSTALL"] = True
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", src=self.source_folder, dst=os.path.join(self.package_folder, "licenses"))

    def package_info(self):
        # The package's own files for CMake know its three targets and their flags.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs = ["lib/cmake/fcn"]
