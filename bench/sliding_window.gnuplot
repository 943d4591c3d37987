# SPDX-License-Identifier: MIT
# Draws the cost of a score map and of sliding windows over the size of the picture, from the JSON of
# bench_sliding_window: multiply-adds on the left, processor time on the right. jq reads the JSON.
#
#   scripts/install-packages.sh plot
#   build/release/bin/bench_sliding_window --benchmark_out=windows.json --benchmark_out_format=json
#   gnuplot -e "results='windows.json'; picture='docs/images/sliding-windows.svg'" bench/sliding_window.gnuplot
set terminal svg size 900,420 font "sans-serif,14" background "white"
set output picture

# Pixels in millions, multiply-adds in billions and seconds, of the runs with this stride; 0 is the map.
rows(stride) = sprintf("< jq -r '.benchmarks[] | select(.run_type == \"iteration\" and .stride == %d) | \
  [.pixels / 1e6, .multiply_adds / 1e9, .cpu_time / 1e3] | @tsv' '%s'", stride, results)

strides = "32 64 128 224 0"
colours = "#b30000 #e34a33 #fc8d59 #7a7a7a #08519c"
name(stride) = stride eq "0" ? "the map, a cell every 32 pixels" : "windows every ".stride." pixels"

set logscale xy
set xrange [0.04:1.7]
set xtics ("0.05" 0.05, "0.1" 0.1, "0.2" 0.2, "0.5" 0.5, "1" 1, "1.4" 1.392)
set xlabel "picture, million pixels"
set grid xtics ytics linecolor "#dddddd"
set border 3
set tics nomirror
set key top left reverse Left samplen 1.5
set format y "%g"
set style data linespoints

set multiplot layout 1,2
set title "Multiply-adds, billions"
unset key
set yrange [1:1e5]
plot for [i = 1:words(strides)] rows(int(word(strides, i))) using 1:2 linewidth 2 pointtype 7 pointsize 0.6 \
  linecolor rgb word(colours, i) notitle
set title "Seconds of one thread"
set key
set yrange [0.01:1e3]
plot for [i = 1:words(strides)] rows(int(word(strides, i))) using 1:3 linewidth 2 pointtype 7 pointsize 0.6 \
  linecolor rgb word(colours, i) title name(word(strides, i))
unset multiplot
