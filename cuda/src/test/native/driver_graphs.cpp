// Graphs: lists of work that can be run again and again.
#include <algorithm>

#include "driver.hpp"

namespace quern {
namespace {

CUresult instantiate(Context &context, CUgraphExec *out, CUgraph handle, unsigned long long flags) {
  const auto graph = driver().graphs.find(handle);
  if (!graph) {
    return CUDA_ERROR_INVALID_HANDLE;
  }
  if (!out || flags & ~0xfull) {
    return CUDA_ERROR_INVALID_VALUE;
  }
  auto exec = std::make_shared<GraphExec>();
  exec->context = &context;
  exec->nodes = graph->nodes;
  *out = driver().execs.add(exec);
  return CUDA_SUCCESS;
}

}  // namespace
}  // namespace quern

using namespace quern;

extern "C" {

CUresult cuGraphInstantiateWithFlags(
    CUgraphExec *phGraphExec, CUgraph hGraph, unsigned long long flags) {
  return in_context(CALL(at(phGraphExec), hGraph, flags),
      [&](Context &context, Lock &) { return instantiate(context, phGraphExec, hGraph, flags); });
}

CUresult cuGraphInstantiate_v2(CUgraphExec *phGraphExec, CUgraph hGraph, CUgraphNode *phErrorNode,
    char *logBuffer, size_t bufferSize) {
  return in_context(CALL(at(phGraphExec), hGraph), [&](Context &context, Lock &) {
    if (phErrorNode) {
      *phErrorNode = nullptr;
    }
    if (logBuffer && bufferSize) {
      *logBuffer = 0;
    }
    return instantiate(context, phGraphExec, hGraph, 0);
  });
}

CUresult cuGraphUpload(CUgraphExec hGraphExec, CUstream hStream) {
  return in_context(CALL(hGraphExec, hStream), [&](Context &context, Lock &) -> CUresult {
    const auto stream = find_stream(context, hStream);
    if (!stream || !driver().execs.find(hGraphExec)) {
      return CUDA_ERROR_INVALID_HANDLE;
    }
    return refuse_captured(*stream);
  });
}

CUresult cuGraphLaunch(CUgraphExec hGraphExec, CUstream hStream) {
  return in_context(CALL(hGraphExec, hStream), [&](Context &context, Lock &) -> CUresult {
    const auto stream = find_stream(context, hStream);
    const auto exec = driver().execs.find(hGraphExec);
    if (!stream || !exec || exec->context != &context) {
      return CUDA_ERROR_INVALID_HANDLE;
    }
    return append(context, stream, CU_GRAPH_NODE_TYPE_GRAPH, "graph", [exec] {
      for (const auto &node : exec->nodes) {
        if (const CUresult status = node->work()) {
          return status;
        }
      }
      return CUDA_SUCCESS;
    });
  });
}

CUresult cuGraphDestroy(CUgraph hGraph) {
  return in_context(CALL(hGraph), [&](Context &, Lock &) -> CUresult {
    return driver().graphs.remove(hGraph) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE;
  });
}

CUresult cuGraphExecDestroy(CUgraphExec hGraphExec) {
  return in_context(CALL(hGraphExec), [&](Context &, Lock &) -> CUresult {
    return driver().execs.remove(hGraphExec) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE;
  });
}

// Handles of nodes are their addresses: nothing but their type can be asked for.
CUresult cuGraphGetNodes(CUgraph hGraph, CUgraphNode *nodes, size_t *numNodes) {
  return in_context(CALL(hGraph, at(numNodes)), [&](Context &, Lock &) -> CUresult {
    const auto graph = driver().graphs.find(hGraph);
    if (!graph) {
      return CUDA_ERROR_INVALID_HANDLE;
    }
    if (!numNodes) {
      return CUDA_ERROR_INVALID_VALUE;
    }
    if (nodes) {
      for (size_t i = 0; i < *numNodes; i++) {
        nodes[i] = i < graph->nodes.size() ? reinterpret_cast<CUgraphNode>(graph->nodes[i].get())
                                           : nullptr;
      }
      *numNodes = std::min(*numNodes, graph->nodes.size());
    } else {
      *numNodes = graph->nodes.size();
    }
    return CUDA_SUCCESS;
  });
}

CUresult cuGraphNodeGetType(CUgraphNode hNode, CUgraphNodeType *type) {
  return in_context(CALL(hNode, at(type)), [&](Context &, Lock &) -> CUresult {
    for (const auto &[handle, graph] : driver().graphs.all()) {
      for (const auto &node : graph->nodes) {
        if (node.get() == reinterpret_cast<Node *>(hNode)) {
          *type = node->type;
          return CUDA_SUCCESS;
        }
      }
    }
    return CUDA_ERROR_INVALID_HANDLE;
  });
}

}  // extern "C"
