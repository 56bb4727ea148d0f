"""Negative log-likelihoods (nats) that PEFT on torch and llama.cpp give for token ids, for a base and adapters on it.

Usage: adapter_parity.py FOLDER, with model/ (safetensors), model.gguf (F32), ids.json (a list of sequences), and one folder per
adapter in adapters/ with peft/, F32.gguf and Q8_0.gguf. The last line of output is JSON.
"""
import importlib.metadata
import json
import math
import sys
from pathlib import Path

import torch
import xllamacpp
from peft import PeftModel
from transformers import LlamaForCausalLM

# Stands for text in the vocabularies that are compared.
ORDINARY = 104
PACKAGES = ("torch", "transformers", "peft", "xllamacpp")


def run(folder):
    folder = Path(folder)
    sequences = json.loads((folder / "ids.json").read_text())
    cases = {"base": {"torch": with_torch(folder / "model", None, sequences), "llama.cpp": with_llama(folder / "model.gguf", None, sequences)}}
    for adapter in sorted((folder / "adapters").iterdir()):
        cases[adapter.name] = {
            "PEFT": with_torch(folder / "model", adapter / "peft", sequences),
            **{f"llama.cpp {file.stem}": with_llama(folder / "model.gguf", file, sequences) for file in sorted(adapter.glob("*.gguf"))},
        }
    return {"versions": {name: importlib.metadata.version(name) for name in PACKAGES}, "ids": sequences, "nll": cases}


def with_torch(model, adapter, sequences):
    torch.set_grad_enabled(False)
    network = LlamaForCausalLM.from_pretrained(model, dtype=torch.float32).eval()
    if adapter:
        network = PeftModel.from_pretrained(network, adapter).eval()
    rows = []
    for ids in sequences:
        logprobs = network(torch.tensor([ids])).logits[0].double().log_softmax(-1)
        rows.append([-logprobs[i, token].item() for i, token in enumerate(ids[1:])])
    return rows


def with_llama(model, adapter, sequences):
    """llama.cpp's server says the probabilities of a next token only: one request per token."""
    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    params.n_ctx = 512
    params.n_parallel = 1
    params.n_gpu_layers = 0
    params.warmup = False
    params.verbosity = 0
    params.ctx_shift = False
    params.cache_type_k = params.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
    params.flash_attn_type = xllamacpp.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 2
    if adapter:
        params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(str(adapter), 1.0)]
    server = xllamacpp.Server(params)
    return [[likelihood(server, ids[:i], ids[i]) for i in range(1, len(ids))] for ids in sequences]


def likelihood(server, prompt, token):
    # The reply has no probabilities if it is an end token, so another is forced; the probabilities are those before that.
    # A number above the vocabulary's size asks for all of them.
    request = {"prompt": prompt, "max_tokens": 1, "logprobs": 1 << 17, "temperature": 0, "logit_bias": [[ORDINARY, 1000]]}
    reply = server.handle_completions(request)
    for entry in reply["choices"][0]["logprobs"]["content"][0]["top_logprobs"]:
        if entry["id"] == token:
            return -entry["logprob"]
    return math.nan


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1])))
