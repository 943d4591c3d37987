// SPDX-License-Identifier: MIT
// What scores mean on a picture: maps enlarged row by row, winning classes, regions as boxes and contours,
// several maps fused, and the scale of heat. All of it takes a ScoreMap and knows no file.
#pragma once

#include "fcn/maps/argmax.hpp"
#include "fcn/maps/fusion.hpp"
#include "fcn/maps/heat_scale.hpp"
#include "fcn/maps/placed_map.hpp"
#include "fcn/maps/regions.hpp"
