"""Merges the adapter argv[2] into the model argv[1] with PEFT, quantises the merged matrices to 4 bits with onnxruntime's
MatMulNBitsQuantizer and writes both into argv[3]. Prints seconds by part and the peak memory.

The quantizer reads an ONNX model. To leave the time of a full export out, it gets the barest one there is: a MatMul for
each linear layer, nothing else.
"""
import gc
import importlib.metadata
import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from peft import PeftModel
from transformers import AutoModelForCausalLM

base, adapter, out = (Path(path) for path in sys.argv[1:4])
parts = {}
last = time.perf_counter()


def lap(name):
    global last
    now = time.perf_counter()
    parts[name] = now - last
    last = now


model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.bfloat16)
model = PeftModel.from_pretrained(model, adapter)
lap("load")
model = model.merge_and_unload()
lap("merge")
model.save_pretrained(out / "merged")
lap("save")

nodes, weights, inputs, outputs = [], [], [], []
for name, module in model.named_modules():
    if not isinstance(module, torch.nn.Linear):
        continue
    weight = module.weight.detach().to(torch.float32).numpy().T
    weights.append(numpy_helper.from_array(np.ascontiguousarray(weight), f"{name}.weight"))
    inputs.append(helper.make_tensor_value_info(f"{name}.in", TensorProto.FLOAT, ["n", weight.shape[0]]))
    outputs.append(helper.make_tensor_value_info(f"{name}.out", TensorProto.FLOAT, ["n", weight.shape[1]]))
    nodes.append(helper.make_node("MatMul", [f"{name}.in", f"{name}.weight"], [f"{name}.out"], name=name))
    module.weight = None
del model
gc.collect()
graph = helper.make_graph(nodes, "linear", inputs, outputs, weights)
float_model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)])
lap("to ONNX")
quantizer = MatMulNBitsQuantizer(float_model, block_size=32, is_symmetric=False)
quantizer.process()
lap("quantise")
quantizer.model.save_model_to_file(str(out / "model.onnx"), True)
lap("write")
packages = ["torch", "peft", "onnxruntime"]
print(json.dumps({
    "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    "parts": parts,
    "versions": {name: importlib.metadata.version(name) for name in packages},
}))
