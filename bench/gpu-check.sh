#!/usr/bin/env bash
# Runs everything that only a GPU host can show, in eight minutes or less: bench/gpu-check.sh FOLDER. Leaves there
# summary.md, summary.json and log.txt. A step that fails or finds no time left is reported, and the rest goes on;
# exit code 0 if none failed. From an unpacked bundle or from a source tree that is built.
#
#   QUERN_MNIST_DIR, QUERN_VECTORS_DIR, QUERN_TRACE_DIR, QUERN_ONNX_DIR   data; what is not named is left out
#   QUERN_CHECK_DEVICE    the device to check; cuda:0
#   QUERN_CHECK_SECONDS   time for everything together; 480
#   QUERN_CHECK_QUICK     set to 1 for a little of everything, to test this script
set -euo pipefail

if (($# != 1)) || [[ $1 == -* ]]; then
  echo "Usage: bench/gpu-check.sh FOLDER" >&2
  exit 2
fi
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
quern=$here/../quern
mkdir -p "$1"
folder=$(cd "$1" && pwd)
device=${QUERN_CHECK_DEVICE:-cuda:0}
quick=${QUERN_CHECK_QUICK:-}
budget=${QUERN_CHECK_SECONDS:-480}
if [[ ! $budget =~ ^[0-9]+$ ]]; then
  echo "gpu-check: QUERN_CHECK_SECONDS must be a whole number, but is $budget" >&2
  exit 2
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
log=$folder/log.txt
: >"$log"
: >"$work/rows"
: >"$work/items"
: >"$work/out"
failures=0
SECONDS=0
readonly RESERVE=8 # seconds for ending a step that does not want to end, and for the summary

quoted() {
  local text
  text=$(tr -d '\000-\037\177-\377' <<<"$1")
  text=${text//\\/\\\\}
  printf '"%s"' "${text//\"/\\\"}"
}

# Both files anew after each step, so that they hold what is known even if this is ended from outside.
write_summary() {
  {
    printf '# GPU check of %s\n\n%s, commit %s, %s, %d s\n\n' "$device" "${gpu:-no NVIDIA GPU seen}" "$commit" \
      "$(date -u +%Y-%m-%dT%H:%MZ)" "$SECONDS"
    printf '| step | outcome | seconds | |\n|---|---|---|---|\n'
    cat "$work/rows"
  } >"$work/md" && mv "$work/md" "$folder/summary.md"
  {
    printf '{"device": %s, "gpu": %s, "commit": %s, "date": %s, "seconds": %d, "steps": [\n' "$(quoted "$device")" \
      "$(quoted "${gpu:-}")" "$(quoted "$commit")" "$(quoted "$(date -u +%Y-%m-%dT%H:%M:%SZ)")" "$SECONDS"
    sed '$!s/$/,/' "$work/items"
    printf ']}\n'
  } >"$work/js" && mv "$work/js" "$folder/summary.json"
}

# record NAME OUTCOME SECONDS DETAIL [RESULT, a file with JSON]
record() {
  local result=null
  if [ -n "${5:-}" ] && [ -s "$5" ]; then result=$(tr '\n' ' ' <"$5"); fi
  printf '| %s | %s | %s | %s |\n' "$1" "$2" "$3" "${4//|/\\|}" | tee -a "$work/rows"
  printf '{"step": %s, "outcome": %s, "seconds": %s, "detail": %s, "result": %s}\n' "$(quoted "$1")" "$(quoted "$2")" \
    "$3" "$(quoted "$4")" "$result" >>"$work/items"
  write_summary
}

left_out() { record "$1" "left out" 0 "$2"; }

# What to say of a step that went well: the last line, or of a training the lines that count.
detail_of() {
  if grep -q 'ERROR SUMMARY' "$work/out"; then
    echo "$(grep 'ERROR SUMMARY' "$work/out" | tail -n 1 | tr -d =); $(grep ' passed, ' "$work/out")"
  elif grep -q '^Test accuracy' "$work/out"; then
    local rate first
    rate=$(sed -n 's/.* \([0-9]*\) images\/s$/\1/p' "$work/out" | sort -n | tail -n 1)
    first=$(sed -n 's/.*"first_step_seconds" *: *\([0-9.]*\).*/\1/p' "$work/json" 2>/dev/null | cut -c1-5)
    echo "$rate images/s in the best epoch, first step after ${first:-?} s, $(grep '^Test accuracy' "$work/out")"
  else
    grep -v '^ *$' "$work/out" | tail -n 1 | cut -c1-300
  fi
}

# Why one went wrong: quern's own sentence, or the first failure and how many, or else the last thing that was said.
reason_of() {
  local counts
  counts=$(grep ' passed, ' "$work/out" | tail -n 1 || true)
  {
    grep '^quern: ' "$work/err" | grep -m 1 -v -E '^quern: (preparing|building|this is a bug)' ||
      { grep -m 1 '^FAILED' "$work/out" | sed "s/^/${counts:+$counts; first: }/"; } ||
      cat "$work/out" "$work/err" | grep -v '^ *$' | tail -n 1
  } | sed 's/^quern: //' | cut -c1-300
}

# step NAME SECONDS COMMAND...; a command leaves JSON in $work/json, if it has any
step() {
  local name=$1 limit=$2 left begun code=0 took cut=false
  shift 2
  left=$((budget - RESERVE - SECONDS))
  if ((left < 3)); then
    left_out "$name" "no time"
    return
  fi
  if ((limit > left)); then
    limit=$left
    cut=true
  fi
  rm -f "$work/json"
  begun=${EPOCHREALTIME/[.,]/}
  { timeout --kill-after=3 "$limit" "$@" >"$work/out" 2>"$work/err" || code=$?; } 2>>"$log" # bash says who was killed
  took=$((${EPOCHREALTIME/[.,]/} - begun))
  took=$((took / 1000000)).$((took / 100000 % 10))
  {
    printf '\n== %s: %s\n== code %d after %s s\n' "$name" "$*" "$code" "$took"
    head -c 200000 "$work/out"
    head -c 100000 "$work/err"
  } >>"$log"
  if ((code == 0)); then
    record "$name" ok "$took" "$(detail_of || true)" "$work/json"
    return
  fi
  if $cut && ((code == 124 || code == 137)); then
    record "$name" "left out" "$took" "no time for all of it" "$work/json"
    return
  fi
  failures=$((failures + 1))
  if ((code == 124 || code == 137)); then
    record "$name" failed "$took" "ended after $limit s" "$work/json"
  else
    record "$name" failed "$took" "$(reason_of || true)" "$work/json"
  fi
}

# Where OpenCL's parts lie on hosts whose images know of CUDA alone: the loader comes with the toolkit, and the
# driver may have no entry. Changes the environment of the steps below.
find_opencl() {
  local known file
  known=$(ldconfig -p 2>/dev/null || true)
  if [[ $known != *libOpenCL.so.1* ]]; then
    for file in /usr/local/cuda*/lib64/libOpenCL.so.1 /usr/local/cuda*/targets/x86_64-linux/lib/libOpenCL.so.1; do
      [ -e "$file" ] || continue
      mkdir -p "$work/lib"
      ln -sf "$file" "$work/lib/libOpenCL.so.1"
      export LD_LIBRARY_PATH=$work/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
      break
    done
  fi
  if [ -z "${OCL_ICD_VENDORS:-}" ] && ! grep -qs nvidia /etc/OpenCL/vendors/*.icd; then
    for file in $(sed -n 's/.*libnvidia-opencl\.so\.1 .*=> //p' <<<"$known") /usr/lib/x86_64-linux-gnu/libnvidia-opencl.so.1 \
      /usr/local/nvidia/lib*/libnvidia-opencl.so.1; do
      [ -e "$file" ] || continue
      mkdir -p "$work/icd"
      echo "$file" >"$work/icd/nvidia.icd"
      export OCL_ICD_VENDORS=$work/icd
      break
    done
  fi
}

# The outside cases that are there, on a device.
check() {
  local name=$1 limit=$2
  shift 2
  if ((${#outside[@]})); then
    step "$name" "$limit" "$quern" check "$@" "${outside[@]}"
  else
    left_out "$name" "none of QUERN_VECTORS_DIR, QUERN_TRACE_DIR and QUERN_ONNX_DIR is set"
  fi
}

# A peer, where python3 has PyTorch.
peer() {
  local name=$1 seconds=$2
  shift 2
  if $torch; then
    step "$name" $((seconds + 25)) python3 -B "$@" --seconds "$seconds" --json "$work/json"
  else
    left_out "$name" "python3 has no torch"
  fi
}

# Two processes in deterministic mode, and whether they train to the same bytes; takes options of mnist.
twice() {
  local run
  for run in first second; do
    QUERN_JAVA_OPTS="${QUERN_JAVA_OPTS:-} -Dquern.cuda.deterministic=true" "$quern" mnist --device "$device" \
      --batch 128 --epochs 1 "$@" --out "$work/$run" || return
  done
  cmp "$work/first/model.safetensors" "$work/second/model.safetensors" && echo "the same $(wc -c \
    <"$work/first/model.safetensors") bytes of weights from two processes"
}
export -f twice
export quern device work

if [ -r "$here/../release" ]; then
  commit=$(sed -n 's/^COMMIT="\(.*\)"$/\1/p' "$here/../release")
else
  commit=$(git -C "$here" describe --always --dirty --abbrev=12 2>/dev/null || echo unknown)
fi
find_opencl
gpu=$(timeout 20 nvidia-smi --query-gpu=name,driver_version --format=csv,noheader 2>/dev/null | head -n 1 || true)
{ uname -a; timeout 20 nvidia-smi; ldconfig -p | grep -E 'libcuda|libcudnn|libcublas|libnvrtc|OpenCL|opencl'; } >>"$log" 2>&1 || true
torch=false
if timeout 60 python3 -c 'import torch' >>"$log" 2>&1; then torch=true; fi
outside=()
[ -z "${QUERN_VECTORS_DIR:-}" ] || outside+=(--vectors "$QUERN_VECTORS_DIR")
[ -z "${QUERN_TRACE_DIR:-}" ] || outside+=(--trace "$QUERN_TRACE_DIR")
[ -z "${QUERN_ONNX_DIR:-}" ] || outside+=(--onnx "$QUERN_ONNX_DIR")
digits=()
[ -n "${QUERN_MNIST_DIR:-}" ] || digits=(--data synthetic) # no download: most GPU hosts have no network
epochs=5
suite=()
doctor_seconds=0.1
bench=(--seconds 0.2 --limit 75) # what tells most comes first
peer_seconds=80
if [ "$quick" = 1 ]; then
  epochs=1
  digits=(--data synthetic)
  suite=(--case relu/1)
  doctor_seconds=0
  bench=(--quick --seconds 0 --limit 5)
  peer_seconds=5
fi

# The most important first: what is behind may find no time left.
# shellcheck disable=SC2016 # for the inner shell
step devices 90 bash -c '"$0" devices && "$0" devices --json >"$1"' "$quern" "$work/json"
cl=$(sed -n 's/^\(opencl:[0-9]*\) .* yes .*NVIDIA.*/\1/p' "$work/out" | head -n 1)
step doctor 45 "$quern" doctor --seconds "$doctor_seconds"
step conformance 150 "$quern" conformance --device "$device" "${suite[@]}"
check "check, fp32" 60 --device "$device"
check "check, tf32" 60 --device "$device" --precision tf32
for precision in fp32 tf32; do
  for batch in 32 128; do
    step "mnist, $precision, batch $batch" 45 "$quern" mnist --device "$device" --batch "$batch" --epochs "$epochs" \
      --precision "$precision" "${digits[@]}" --json "$work/json"
  done
done
# shellcheck disable=SC2016 # for the inner shell
step "same weights twice" 40 bash -c 'twice "$@"' bash "${digits[@]}"
step "batch normalisation, residuals" 30 "$quern" example shapes --device "$device"
step "transfer learning" 30 "$quern" example transfer --device "$device" "${digits[@]}"
step "augmentation" 30 "$quern" example augmentation --device "$device" "${digits[@]}"
step bench 90 "$quern" bench --device "$device" "${bench[@]}" --json "$work/json"
peer "mnist by PyTorch" "$peer_seconds" "$here/peers/mnist_torch.py"
peer "kernels by PyTorch" $((peer_seconds / 2)) "$here/peers/kernels_torch.py"
if [ -n "$cl" ]; then
  step "conformance, $cl" 90 "$quern" conformance --device "$cl" "${suite[@]}"
  check "check, $cl" 45 --device "$cl"
  step "mnist, $cl, batch 32" 45 "$quern" mnist --device "$cl" --epochs "$epochs" "${digits[@]}" --json "$work/json"
else
  left_out opencl "no OpenCL device of NVIDIA's"
fi
for tool in memcheck racecheck; do
  if command -v compute-sanitizer >/dev/null; then
    # One over a block's 64 is where an index goes astray: cases of most ops have a 65 in them.
    step "$tool" 60 env QUERN_JAVA_OPTS="${QUERN_JAVA_OPTS:-} -Dquern.cuda.kernels=own" compute-sanitizer \
      --tool "$tool" --target-processes all --error-exitcode 86 "$quern" conformance --device "$device" --case 65
  else
    left_out "$tool" "no compute-sanitizer on the path"
  fi
done
printf '%s of %s s; %s\n' "$SECONDS" "$budget" "$folder/summary.md"
((failures == 0))
