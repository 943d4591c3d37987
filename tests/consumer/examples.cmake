# The examples in C++, on a small picture with the model that ships. Of those that need a library which is not
# there, none.
add_subdirectory(${PROJECT_SOURCE_DIR}/examples ${PROJECT_BINARY_DIR}/examples)
foreach(expected "camera:frame 8: .*Ankle boot.* 0 bytes more" "own_pool:Ankle boot" "server:12 of 12 requests answered"
                 "eigen_view:sum to 1.000000.*Ankle boot" "opencv:Ankle boot")
  string(REGEX MATCH "^([^:]*):(.*)$" expected "${expected}")
  set(name ${CMAKE_MATCH_1})
  set(says "${CMAKE_MATCH_2}")
  if(NOT TARGET example_${name})
    continue()
  endif()
  if(FCN_SANITIZE)
    target_compile_options(example_${name} PRIVATE -fsanitize=${FCN_SANITIZE})
    target_link_options(example_${name} PRIVATE -fsanitize=${FCN_SANITIZE})
  endif()
  add_test(NAME consumer.example_${name} COMMAND sh -c "$<TARGET_FILE:example_${name}> \"$1\" < \"$2\"" sh
           ${PROJECT_SOURCE_DIR}/weights/fashion-resnet18.safetensors ${CMAKE_CURRENT_SOURCE_DIR}/boot.ppm)
  set_tests_properties(consumer.example_${name} PROPERTIES PASS_REGULAR_EXPRESSION "${says}")
endforeach()
