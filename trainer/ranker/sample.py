"""Samples replies of a model to many conversations at once. The lab's engine samples one at a time, which takes hours.

python trainer/ranker/sample.py CONTEXTS BASE ADAPTER OUT

CONTEXTS: JSON lines with `model` ("solace" for base and adapter, "base" for the base alone) and `messages`, optionally
with `samples` and `decoding` (temperature, topP); other keys are copied. BASE: a folder with model.safetensors.
ADAPTER: a PEFT folder. OUT: JSON lines with `text` and `sample` instead of `messages`; a second run resumes.
"""

import json
import os
import sys

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.cache_utils import DynamicCache

ROWS = 32
PAPER = {"temperature": 0.7, "topP": 0.95}
TOP_K = 50
LONGEST = 72


def main(contexts, base, adapter, out):
    torch.set_num_threads(1)
    tokenizer = AutoTokenizer.from_pretrained(base)
    end = tokenizer.convert_tokens_to_ids("<|im_end|>")
    rows = read_lines(contexts)
    done = {key_of(row) for row in read_lines(out)} if os.path.exists(out) else set()
    with open(out, "a", encoding="utf-8") as file:
        for name in ("solace", "base"):
            model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.bfloat16)
            if name == "solace":
                model = PeftModel.from_pretrained(model, adapter).merge_and_unload()
            model.eval()
            wanted = [row for row in rows if row["model"] == name]
            wanted.sort(key=lambda row: (str(row.get("decoding")), len(str(row["messages"]))))
            for number, batch in enumerate(batches(wanted)):
                if all(key_of(row) in done for row in batch):
                    continue
                torch.manual_seed(1000 + number)
                prompts = [tokenizer(render(row["messages"]), add_special_tokens=False)["input_ids"] for row in batch]
                samples = [row.get("samples", 1) for row in batch]
                with torch.inference_mode():
                    replies = sample(model, prompts, samples, end, {**PAPER, **batch[0].get("decoding", {})})
                for row, texts in zip(batch, replies):
                    rest = {key: value for key, value in row.items() if key != "messages"}
                    for place, ids in enumerate(texts):
                        text = tokenizer.decode(ids, skip_special_tokens=True).strip()
                        print(json.dumps({**rest, "sample": place, "text": text}, ensure_ascii=False), file=file)
                file.flush()


def batches(rows):
    """Neighbours with the same decoding settings, up to ROWS sequences."""
    batch, count = [], 0
    for row in rows:
        if batch and (count + row.get("samples", 1) > ROWS or row.get("decoding") != batch[0].get("decoding")):
            yield batch
            batch, count = [], 0
        batch.append(row)
        count += row.get("samples", 1)
    if batch:
        yield batch


def sample(model, prompts, samples, end, decoding):
    """Ids of the sampled replies per prompt. A prompt is read once, whatever the number of its samples."""
    longest = max(map(len, prompts))
    ids = torch.tensor([[end] * (longest - len(prompt)) + prompt for prompt in prompts])
    mask = torch.tensor([[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts])
    positions = (mask.cumsum(-1) - 1).clamp(min=0)
    cache = DynamicCache()
    logits = model(
        ids, attention_mask=mask, position_ids=positions, past_key_values=cache, use_cache=True, logits_to_keep=1
    ).logits[:, -1]
    owner = torch.tensor([i for i, count in enumerate(samples) for _ in range(count)])
    cache.batch_select_indices(owner)
    logits, mask, position = logits[owner], mask[owner], positions[owner, -1:]
    replies = [[] for _ in owner]
    live = torch.arange(len(owner))
    for _ in range(LONGEST):
        chosen = draw(logits, decoding)
        going = chosen != end
        for row, token in zip(live[going].tolist(), chosen[going].tolist()):
            replies[row].append(token)
        if not going.any():
            break
        if not going.all():
            cache.batch_select_indices(going.nonzero().squeeze(-1))
            live, mask, position, chosen = live[going], mask[going], position[going], chosen[going]
        mask = torch.cat([mask, torch.ones(len(live), 1, dtype=mask.dtype)], 1)
        position = position + 1
        logits = model(
            chosen[:, None], attention_mask=mask, position_ids=position, past_key_values=cache, use_cache=True
        ).logits[:, -1]
    texts = [[] for _ in prompts]
    for row, ids in zip(owner.tolist(), replies):
        texts[row].append(ids)
    return texts


def draw(logits, decoding):
    """Temperature, top-k, top-p, in the order of the lab's sampler."""
    values, tokens = torch.topk(logits.float() / decoding["temperature"], TOP_K)
    shares = values.softmax(-1)
    kept = shares * (shares.cumsum(-1) - shares < decoding["topP"])
    return tokens.gather(-1, torch.multinomial(kept, 1)).squeeze(-1)


def render(messages):
    turns = [f"<|im_start|>{message['role']}\n{message['content']}<|im_end|>\n" for message in messages]
    return "".join(turns) + "<|im_start|>assistant\n"


def read_lines(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def key_of(row):
    return json.dumps({key: value for key, value in row.items() if key not in ("messages", "text", "sample")})


main(*sys.argv[1:])
