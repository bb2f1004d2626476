#include "selftest.hpp"

#include <cmath>

namespace {

void test_states() {
  CUdeviceptr address;
  IS(3, cuMemAlloc_v2(&address, 16));
  OK(cuInit(0));
  IS(201, cuMemAlloc_v2(&address, 16));
  int version = 0;
  OK(cuDriverGetVersion(&version));
  IS(CUDA_MAJOR == 12 ? 12060 : 13000, version);
}

void test_memory() {
  Fresh fresh;
  CUdeviceptr a, b;
  size_t free = 0, total = 0;
  OK(cuMemAlloc_v2(&a, 1000));
  IS(0, a % 256);
  OK(cuMemGetInfo_v2(&free, &total));
  IS(1000, total - free);
  IS(2, cuMemAlloc_v2(&b, total - 999));
  OK(cuMemAlloc_v2(&b, total - 1000));
  OK(cuMemFree_v2(b));
  IS(1, cuMemFree_v2(b));
  IS(1, cuMemFree_v2(a + 256));
  std::vector<float> values(300);
  IS(1, cuMemcpyHtoD_v2(a, values.data(), 1001));
  IS(1, cuMemcpyDtoH_v2(values.data(), a + 8, 1000));
  IS(1, cuMemsetD32Async(a, 0, 251, fresh.stream));
  IS(1, cuMemsetD32Async(a + 2, 0, 1, fresh.stream));
  OK(cuMemFree_v2(a));
  IS(1, cuMemcpyHtoD_v2(a, values.data(), 4));
}

void test_order() {
  Fresh fresh;
  quern_fake_set("QUERN_FAKE_LAG", "20000");
  const CUdeviceptr a = fresh.floats({1, 2, 3});
  void *pinned;
  OK(cuMemAllocHost_v2(&pinned, 12));
  auto *host = static_cast<volatile float *>(pinned);
  host[2] = -1;
  CUevent before, after;
  OK(cuEventCreate(&before, 0));
  OK(cuEventCreate(&after, 0));
  OK(cuEventRecord(before, fresh.stream));
  OK(cuMemcpyDtoHAsync_v2(pinned, a, 12, fresh.stream));
  OK(cuEventRecord(after, fresh.stream));
  IS(-1, host[2]);
  IS(600, cuEventQuery(after));
  OK(cuStreamSynchronize(fresh.stream));
  IS(3, host[2]);
  OK(cuEventQuery(after));
  float milliseconds = -1;
  OK(cuEventElapsedTime(&milliseconds, before, after));
  IS(true, milliseconds >= 0 && milliseconds < 1000);
  // What is not pinned is there when the call returns.
  std::vector<float> pageable(3);
  OK(cuMemcpyDtoHAsync_v2(pageable.data(), a, 12, fresh.stream));
  IS(2, pageable[1]);
  // One stream waits for another's event.
  CUstream other;
  OK(cuStreamCreate(&other, CU_STREAM_NON_BLOCKING));
  host[0] = 7;
  OK(cuMemcpyHtoDAsync_v2(a, pinned, 4, fresh.stream));
  OK(cuEventRecord(after, fresh.stream));
  OK(cuStreamWaitEvent(other, after, 0));
  OK(cuMemcpyDtoHAsync_v2(&pageable[0], a, 4, other));
  IS(7, pageable[0]);
  OK(cuStreamDestroy_v2(other));
  IS(400, cuStreamSynchronize(other));
  OK(cuEventDestroy_v2(after));
  IS(400, cuEventRecord(after, fresh.stream));
  quern_fake_set("QUERN_FAKE_LAG", "0");
}

void test_capture() {
  Fresh fresh;
  const CUdeviceptr a = fresh.floats({1, 2, 3, 4});
  IS(1, replayed(fresh.stream, [&] { OK(cuMemsetD32Async(a, 0x40a00000, 2, fresh.stream)); }));
  IS(5, fresh.read(a, 4)[1]);
  IS(3, fresh.read(a, 4)[2]);

  CUgraph graph;
  CUdeviceptr b;
  CUstreamCaptureStatus state;
  const auto spoilt = [&](CUstreamCaptureMode mode, auto call, int status) {
    OK(cuStreamBeginCapture_v2(fresh.stream, mode));
    IS(status, call());
    OK(cuStreamIsCapturing(fresh.stream, &state));
    IS(2, state);
    IS(901, cuMemsetD32Async(a, 0, 1, fresh.stream));
    IS(901, cuStreamEndCapture(fresh.stream, &graph));
    IS(true, graph == nullptr);
  };
  spoilt(CU_STREAM_CAPTURE_MODE_GLOBAL, [&] { return cuMemAlloc_v2(&b, 4); }, 900);
  spoilt(CU_STREAM_CAPTURE_MODE_RELAXED, [&] { return cuStreamSynchronize(fresh.stream); }, 900);
  spoilt(CU_STREAM_CAPTURE_MODE_RELAXED, [&] { return cuCtxSynchronize(); }, 900);
  CUevent event;
  OK(cuEventCreate(&event, 0));
  OK(cuEventRecord(event, fresh.stream));
  OK(cuStreamSynchronize(fresh.stream));
  spoilt(CU_STREAM_CAPTURE_MODE_GLOBAL, [&] { return cuEventQuery(event); }, 900);
  spoilt(
      CU_STREAM_CAPTURE_MODE_RELAXED, [&] { return cuStreamWaitEvent(fresh.stream, event, 0); },
      905);
  IS(401, cuStreamEndCapture(fresh.stream, &graph));
  IS(900, cuStreamBeginCapture_v2(nullptr, CU_STREAM_CAPTURE_MODE_GLOBAL));

  OK(cuStreamBeginCapture_v2(fresh.stream, CU_STREAM_CAPTURE_MODE_RELAXED));
  OK(cuMemAlloc_v2(&b, 4));
  IS(401, cuStreamBeginCapture_v2(fresh.stream, CU_STREAM_CAPTURE_MODE_RELAXED));
  OK(cuStreamEndCapture(fresh.stream, &graph));
  OK(cuGraphDestroy(graph));
  IS(400, cuGraphDestroy(graph));

  // A second stream takes part, and must come back.
  CUstream side, blocking;
  OK(cuStreamCreate(&side, CU_STREAM_NON_BLOCKING));
  for (const bool joins : {true, false}) {
    OK(cuStreamBeginCapture_v2(fresh.stream, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
    OK(cuEventRecord(event, fresh.stream));
    OK(cuStreamWaitEvent(side, event, 0));
    OK(cuMemsetD32Async(a, 0, 1, side));
    OK(cuEventRecord(event, side));
    if (joins) {
      OK(cuStreamWaitEvent(fresh.stream, event, 0));
    }
    IS(joins ? 0 : 904, cuStreamEndCapture(fresh.stream, &graph));
    IS(907, cuEventQuery(event));
  }

  OK(cuStreamCreate(&blocking, 0));
  OK(cuStreamBeginCapture_v2(blocking, CU_STREAM_CAPTURE_MODE_RELAXED));
  IS(906, cuMemsetD32Async(a, 0, 1, nullptr));
  IS(901, cuStreamEndCapture(blocking, &graph));
}

void test_settings() {
  Fresh fresh;
  char path[] = "/tmp/quern-selftest-XXXXXX";
  const int file = mkstemp(path);
  quern_fake_set("QUERN_FAKE_LOG", path);
  quern_fake_set("QUERN_FAKE_FAIL", "cuMemAlloc_v2:2:2,cuMemFree_v2:2+:999");
  CUdeviceptr a, b;
  OK(cuMemAlloc_v2(&a, 16));
  IS(2, cuMemAlloc_v2(&b, 16));
  OK(cuMemAlloc_v2(&b, 16));
  OK(cuMemFree_v2(b));
  IS(999, cuMemFree_v2(a));
  IS(999, cuMemFree_v2(a));
  OK(cuMemsetD32Async(a, 7, 3, fresh.stream));
  quern_fake_set("QUERN_FAKE_FAIL", "");
  quern_fake_set("QUERN_FAKE_LOG", "/dev/null");
  std::string text(4096, 0);
  FILE *log = fdopen(file, "r");
  text.resize(fread(&text[0], 1, text.size(), log));
  fclose(log);
  remove(path);
  const auto contains = [&](const std::string &line) {
    return text.find(line) != std::string::npos;
  };
  const std::string wanted = quern::format("cuMemAlloc_v2(dptr=0x%llx, bytesize=16) = 0\n", a);
  IS(true, contains(wanted));
  IS(true, contains(quern::format("cuMemsetD32Async(dstDevice=0x%llx, ui=7, N=3, hStream=%p) = 0\n",
               a, (void *)fresh.stream)));
  OK(cuMemFree_v2(a));
}

}  // namespace

void test_driver() {
  test_states();
  test_memory();
  test_order();
  test_capture();
  test_settings();
}

int main() {
  setbuf(stdout, nullptr);
  quern_fake_set("QUERN_FAKE_LOG", "/dev/null");  // of the notes on what is done wrong here
  printf("driver\n");
  test_driver();
  printf("kernels\n");
  test_kernels();
  printf("cublas\n");
  test_blas();
  printf("cudnn\n");
  test_cudnn();
  printf("all is well\n");
}
