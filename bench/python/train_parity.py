"""Trains the adapter of `folder`/adapter with PEFT on the batches of `folder`/batches.json and prints losses and norms.

The adapter that results is saved in `folder`/peft.
"""
import json
import sys
from pathlib import Path

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

folder = Path(sys.argv[1])
plan = json.loads((folder / "batches.json").read_text())
base = AutoModelForCausalLM.from_pretrained(folder / "model", dtype=torch.float32)
model = PeftModel.from_pretrained(base, folder / "adapter", is_trainable=True)
model.train()
parameters = [p for p in model.parameters() if p.requires_grad]
optimizer = torch.optim.AdamW(parameters, lr=plan["rate"], weight_decay=plan["weightDecay"])
rows = []
for batch in plan["batches"]:
    ids = torch.tensor([batch["ids"]])
    labels = torch.where(torch.tensor([batch["labelled"]]) == 1, ids, -100)
    loss = model(input_ids=ids, labels=labels).loss
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(parameters, plan["maxGradientNorm"])
    optimizer.step()
    optimizer.zero_grad()
    rows.append({"loss": loss.item(), "norm": norm.item()})
model.save_pretrained(folder / "peft")
print(json.dumps(rows))
