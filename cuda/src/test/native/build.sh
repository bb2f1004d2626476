#!/bin/sh
# Makes the imitated CUDA libraries: build.sh FOLDER [12|13] [--selftest], for CUDA 12 if not said.
# Does nothing where they have been made from these sources by this compiler.
set -eu
cd "$(dirname "$0")"
[ $# -ge 1 ] || { echo "usage: build.sh FOLDER [12|13] [--selftest]" >&2; exit 2; }
out=$1; shift
major=12; selftest=
for argument; do
  case $argument in
    12|13) major=$argument ;;
    --selftest) selftest=yes ;;
    *) echo "build.sh: what is $argument?" >&2; exit 2 ;;
  esac
done
mkdir -p "$out"
out=$(cd "$out" && pwd)
objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT
compiler=${CXX:-g++}
flags="-std=c++17 -fPIC -pthread -Wall -Wextra -Werror -DCUDA_MAJOR=$major"

# In parallel, as many as there are processors. Only what takes time at run time is optimised,
# since that takes time here.
compile() {
  for file; do
    case $file in
      fibers.cpp|products.cpp|cudnn_convolution.cpp|cudnn_sums.cpp) echo "-O2 $file" ;;
      *) echo "-O0 $file" ;;
    esac
  done | xargs -P "$(nproc)" -L 1 sh -c "$compiler $flags \$0 -c \$1 -o $objects/\$1.o"
}

# link SONAME VERSION SOURCES: the real libraries' symbols have versions, and JCuda asks for those.
link() {
  soname=$1; version=$2; shift 2
  files=$(printf " $objects/%s.o" "$@")
  script=
  if [ "$version" != - ]; then
    echo "$version { global: cu*; nvrtc*; local: *; };" > "$objects/$soname.map"
    script="-Wl,--version-script=$objects/$soname.map"
  fi
  libraries="-L$out -l:libcuda.so.1 -Wl,-rpath,\$ORIGIN"
  [ "$soname" != libcuda.so.1 ] || libraries=-ldl
  "$compiler" -shared -pthread -o "$objects/$soname" -Wl,-soname,"$soname" -Wl,-z,defs \
    $script $files $libraries
  mv -f "$objects/$soname" "$out/$soname" # never half written; who has the old one keeps it
}

libraries() {
  driver=$(echo calls.cpp fibers.cpp driver_*.cpp)
  nvrtc=$(echo nvrtc*.cpp)
  blas="cublas.cpp cublas_status.cpp products.cpp"
  lt="cublaslt.cpp cublaslt_matmul.cpp cublas_status.cpp products.cpp"
  dnn="$(echo cudnn_*.cpp) products.cpp"
  compile $(printf '%s\n' $driver $nvrtc $blas $lt $dnn | sort -u)
  link libcuda.so.1 - $driver
  link libnvrtc.so.$major libnvrtc.so.$major $nvrtc
  link libcublas.so.$major libcublas.so.$major $blas
  link libcublasLt.so.$major libcublasLt.so.$major $lt
  link libcudnn.so.9 libcudnn.so.9 $dnn
}

made=$( (echo "$flags"; "$compiler" --version; cat build.sh ./*.cpp ./*.hpp ./*.h) | cksum)
if [ "$made" != "$(cat "$out/made-from" 2>/dev/null)" ]; then
  rm -f "$out/made-from"
  libraries
  echo "$made" > "$out/made-from"
fi

[ -n "$selftest" ] || exit 0
compile $(echo selftest*.cpp)
"$compiler" -pthread -o "$objects/selftest" "$objects"/selftest*.o \
  $(printf ' %s' "$out"/*.so.*) -Wl,-rpath,"$out"
"$objects/selftest"
header=${CUDA_HOME:-/usr/local/cuda}/include/cuda.h
if [ -f "$header" ]; then # NVIDIA's own declarations must fit the definitions
  for file in driver_*.cpp; do
    "$compiler" $flags -Wno-switch -fsyntax-only -DQUERN_REAL_CUDA_HEADER \
      -I"$(dirname "$header")" "$file"
  done
fi
