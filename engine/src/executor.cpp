// SPDX-License-Identifier: MIT
// The executor, apart from the rest of fcn/run/ because it is the heaviest unit of the library.
#include "fcn/run/executor_inl.hpp"
