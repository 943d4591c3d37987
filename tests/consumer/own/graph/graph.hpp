// SPDX-License-Identifier: MIT
// A stranger's own header, under a name that fcn has too: the library must never include it.
#error "fcn included a header of the embedding program"
