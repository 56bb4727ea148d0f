"""Trains the adapter in start/ with Hugging Face Accelerate and PEFT.

Solace Lab's trainer writes everything beside this file: the sequences (train.jsonl, eval.jsonl), what each update
learns from and at which rate (updates.jsonl), and the settings (run.json). So this backend learns the same tokens in
the same order as the trainer's own. Passes of an update are dealt out to the processes; the gradient is that of the
mean loss over all labels of the update, however many processes there are.

Usage: python train.py run.json, by accelerate launch or torchrun for several processes.
"""
import json
import math
import shutil
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import torch
import torch.nn.functional as F
from accelerate import Accelerator
from accelerate.utils import set_seed
from peft import PeftModel
from transformers import AutoModelForCausalLM

DTYPES = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}


# What this script and the trainer write into best/ and last/.
OWN_FILES = {"adapter_config.json", "adapter_model.safetensors", "chat_template.jinja", "optimizer.safetensors", "state.json", "README.md", ".solace-lab.json"}


def read_lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def labels_of(sequence):
    return sum(sequence["labelled"])


def joined(sequences, key):
    return [value for sequence in sequences for value in sequence[key]]


def visible(sequences, device):
    """Bool [1, 1, T, T]: a token sees those before it in its own sequence, of the trunk or of its own branch."""
    documents = torch.tensor([i for i, s in enumerate(sequences) for _ in s["ids"]], device=device)
    branches = torch.tensor(joined(sequences, "branches"), device=device)
    same = documents[:, None] == documents[None, :]
    seen = (branches[None, :] == 0) | (branches[None, :] == branches[:, None])
    return (same & seen).tril()[None, None]


def summed_loss(model, sequences, device):
    """Negative log-likelihood in nats, summed over the labels of sequences side by side."""
    ids = torch.tensor([joined(sequences, "ids")], device=device)
    labelled = torch.tensor([i for i, flag in enumerate(joined(sequences, "labelled")) if flag], device=device)
    extra = {}
    if len(sequences) > 1 or any(sequences[0]["branches"]):
        positions = torch.tensor([joined(sequences, "positions")], device=device)
        extra = {"attention_mask": visible(sequences, device), "position_ids": positions}
    logits = model(input_ids=ids, logits_to_keep=labelled - 1, use_cache=False, **extra).logits[0]
    return F.cross_entropy(logits.float(), ids[0, labelled], reduction="sum")


def put_in_place(partial, folder):
    """Replaces an adapter folder; files that others added to it stay."""
    if folder.exists():
        for path in folder.iterdir():
            if path.name not in OWN_FILES and not (partial / path.name).exists():
                (shutil.copytree if path.is_dir() else shutil.copy2)(path, partial / path.name)
        shutil.rmtree(folder)
    partial.rename(folder)


class Run:
    def __init__(self, folder, plan):
        self.plan = plan
        self.out = (folder / plan["out"]).resolve()
        # Read now: the folder may be renamed while the run is under way.
        template = folder / "start" / "chat_template.jinja"
        self.template = template.read_text() if template.exists() else None
        self.begun = False
        self.accelerator = Accelerator(cpu=plan["device"] == "cpu", mixed_precision={"fp32": "no"}.get(plan["precision"], plan["precision"]))
        set_seed(plan["seed"], device_specific=True)
        self.train, self.eval = read_lines(folder / "train.jsonl"), read_lines(folder / "eval.jsonl")
        self.updates = read_lines(folder / "updates.jsonl")
        base = AutoModelForCausalLM.from_pretrained(plan["model"], dtype=DTYPES[plan["precision"]], attn_implementation="sdpa")
        model = PeftModel.from_pretrained(base, folder / "start", is_trainable=True)
        fsdp = getattr(self.accelerator.state, "fsdp_plugin", None)
        if fsdp is not None:
            from peft.utils.other import fsdp_auto_wrap_policy

            # Adapters are sharded apart from the frozen weights, whose type may differ.
            fsdp.auto_wrap_policy = fsdp_auto_wrap_policy(model)
        self.model = self.accelerator.prepare(model)
        trained = [p for p in self.model.parameters() if p.requires_grad]
        adamw = plan["optimizer"]
        self.optimizer = self.accelerator.prepare(torch.optim.AdamW(
            trained, lr=0.0, betas=(adamw["beta1"], adamw["beta2"]), eps=adamw["epsilon"], weight_decay=adamw["weightDecay"]))

    def deal(self, batches):
        """This process's share, as many on every process: a surplus process repeats the first with weight 0."""
        world, rank = self.accelerator.num_processes, self.accelerator.process_index
        own = batches[rank::world]
        return [(batch, 1.0) for batch in own] + [(batches[0], 0.0)] * (math.ceil(len(batches) / world) - len(own))

    def update(self, number, step):
        start = time.perf_counter()
        passes = [[self.train[i] for i in indices] for indices in step["passes"]]
        labels = sum(labels_of(s) for batch in passes for s in batch)
        share = self.deal(passes)
        total = torch.zeros((), device=self.accelerator.device)
        self.model.train()
        for i, (batch, weight) in enumerate(share):
            # Gradients travel once an update; data parallelism averages them, hence the number of processes.
            with nullcontext() if i == len(share) - 1 else self.accelerator.no_sync(self.model):
                loss = summed_loss(self.model, batch, self.accelerator.device) * weight
                self.accelerator.backward(loss * self.accelerator.num_processes / labels)
            total += loss.detach()
        loss = self.accelerator.reduce(total, "sum").item() / labels
        if not math.isfinite(loss):
            names = ", ".join(s["id"] for batch in passes for s in batch)
            sys.exit(f"The loss became {loss} at step {number} ({names}). Lower train.learningRate, or look at these dialogues.")
        # A sharded model is clipped as a whole only when all of its parameters are given.
        norm = float(self.accelerator.clip_grad_norm_(self.model.parameters(), self.plan["optimizer"]["maxGradNorm"] or math.inf))
        for group in self.optimizer.param_groups:
            group["lr"] = step["rate"]
        self.optimizer.step()
        self.optimizer.zero_grad()
        tokens = sum(len(s["ids"]) for batch in passes for s in batch)
        # In half precision the first updates may overflow; the scaler then skips them.
        known = {"gradNorm": norm} if math.isfinite(norm) else {}
        self.report(number, step, trainLoss=loss, learningRate=step["rate"], **known, tokensPerSecond=round(tokens / (time.perf_counter() - start), 1))

    @torch.no_grad()
    def evaluate(self, number, step):
        self.model.eval()
        total = torch.zeros((), device=self.accelerator.device)
        for sequence, weight in self.deal(self.eval):
            total += summed_loss(self.model, [sequence], self.accelerator.device) * weight
        loss = self.accelerator.reduce(total, "sum").item() / sum(labels_of(s) for s in self.eval)
        self.report(number, step, evalLoss=loss)
        return loss

    def begin(self):
        """Clears the places that the run fills: called after its first update, so that a start that fails loses nothing."""
        self.begun = True
        (self.out / "metrics.jsonl").unlink(missing_ok=True)
        for folder in (self.out / "best", self.out / "last"):
            for name in OWN_FILES:
                (folder / name).unlink(missing_ok=True)

    def report(self, number, step, **values):
        if self.accelerator.is_main_process:
            if not self.begun:
                self.begin()
            row = json.dumps({"step": number, "epoch": step["epoch"], **values})
            print(row, flush=True)
            with open(self.out / "metrics.jsonl", "a") as file:
                file.write(row + "\n")

    def save(self, name):
        state = self.accelerator.get_state_dict(self.model)
        if self.accelerator.is_main_process:
            folder = self.out / name
            partial = self.out / f"{name}.partial-python"
            shutil.rmtree(partial, ignore_errors=True)
            self.accelerator.unwrap_model(self.model).save_pretrained(partial, state_dict=state)
            if self.template is not None:
                (partial / "chat_template.jinja").write_text(self.template)
            put_in_place(partial, folder)
        self.accelerator.wait_for_everyone()

    def go(self):
        best, stale = math.inf, 0
        for number, step in enumerate(self.updates, 1):
            self.update(number, step)
            if step["evaluate"] and self.eval:
                loss = self.evaluate(number, step)
                stale = 0 if loss < best else stale + 1
                if loss < best:
                    best = loss
                    self.save("best")
            stop = self.plan["patience"] is not None and stale >= self.plan["patience"]
            if step["save"] or stop:
                self.save("last")
            if stop:
                break
        if torch.distributed.is_initialized():
            torch.distributed.destroy_process_group()


if __name__ == "__main__":
    settings = Path(sys.argv[1]).resolve()
    Run(settings.parent, json.loads(settings.read_text())).go()
