"""Times training steps of PEFT on a Llama of the shape in argv[1] (JSON) and prints seconds per step and peak memory."""
import json
import resource
import sys
import time

import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM

plan = json.loads(sys.argv[1])
torch.set_num_threads(plan["threads"])
model = LlamaForCausalLM(LlamaConfig(**{k: v for k, v in plan["config"].items() if k != "model_type"}))
model = get_peft_model(model, LoraConfig(
    r=plan["rank"], lora_alpha=32, lora_dropout=0.1, target_modules=plan["targets"], task_type="CAUSAL_LM"))
model.train()
parameters = [p for p in model.parameters() if p.requires_grad]
optimizer = torch.optim.AdamW(parameters, lr=2e-4, weight_decay=0.01)
ids = torch.randint(0, plan["config"]["vocab_size"], (1, plan["tokens"]))
labels = ids.clone()
labels[:, ::2] = -100
seconds = []
for _ in range(plan["steps"]):
    start = time.perf_counter()
    model(input_ids=ids, labels=labels).loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    optimizer.step()
    optimizer.zero_grad()
    seconds.append(time.perf_counter() - start)
print(json.dumps({"seconds": seconds, "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, "torch": torch.__version__}))
