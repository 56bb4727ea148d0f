"""The Python side of `npm run bench -- metrics`: values and seconds of each library, as JSON on standard output."""
import json
import logging
import sys
import time
import warnings

from nltk.corpus import wordnet
from nltk.tokenize import NLTKWordTokenizer
from nltk.translate.bleu_score import SmoothingFunction, corpus_bleu, sentence_bleu
from nltk.translate.meteor_score import single_meteor_score
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics import BLEU, CHRF

warnings.simplefilter("ignore")
logging.getLogger("sacrebleu").setLevel(logging.ERROR)

pairs = json.load(open(sys.argv[1]))
rounds = int(sys.argv[2])
tokenizer = NLTKWordTokenizer()
smoothing = SmoothingFunction()
weights = {2: (1 / 2,) * 2, 4: (1 / 4,) * 4}
wordnet.synsets("word")


def nltk_scores(rows):
    hyps, refs = [], []
    for pair, row in zip(pairs, rows):
        hyp, ref = tokenizer.tokenize(pair["hyp"]), tokenizer.tokenize(pair["ref"])
        hyps.append(hyp)
        refs.append([ref])
        for order in (2, 4):
            for method in (0, 1, 4):
                row[f"nltk_bleu{order}_method{method}"] = sentence_bleu(
                    [ref], hyp, weights[order], getattr(smoothing, f"method{method}")
                )
        row["nltk_meteor"] = single_meteor_score(ref, hyp)
    return {f"nltk_corpus_bleu{order}_method0": corpus_bleu(refs, hyps, weights[order]) for order in (2, 4)}


def sacrebleu_scores(rows):
    bleu2, bleu4, chrf = BLEU(max_ngram_order=2, effective_order=True), BLEU(effective_order=True), CHRF()
    for pair, row in zip(pairs, rows):
        row["sacre_sentence_bleu2"] = bleu2.sentence_score(pair["hyp"], [pair["ref"]]).score
        row["sacre_sentence_bleu4"] = bleu4.sentence_score(pair["hyp"], [pair["ref"]]).score
        row["chrf2"] = chrf.sentence_score(pair["hyp"], [pair["ref"]]).score
    hyps, refs = [pair["hyp"] for pair in pairs], [[pair["ref"] for pair in pairs]]
    return {
        "sacre_corpus_bleu2": BLEU(max_ngram_order=2).corpus_score(hyps, refs).score,
        "sacre_corpus_bleu4": BLEU().corpus_score(hyps, refs).score,
        "chrf2_corpus": CHRF().corpus_score(hyps, refs).score,
    }


def rouge_scores(rows):
    scorer = RougeScorer(["rouge1", "rouge2", "rougeL", "rougeLsum"])
    for pair, row in zip(pairs, rows):
        row.update({name: list(score) for name, score in scorer.score(pair["ref"], pair["hyp"]).items()})
    return {}


rows = [{} for _ in pairs]
corpus = {}
seconds = {}
for name, work in {"NLTK": nltk_scores, "sacrebleu": sacrebleu_scores, "rouge-score": rouge_scores}.items():
    for _ in range(rounds):
        start = time.perf_counter()
        corpus.update(work(rows))
        seconds[name] = min(seconds.get(name, float("inf")), time.perf_counter() - start)
json.dump({"python": sys.version.split()[0], "seconds": seconds, "rows": rows, "corpus": corpus}, sys.stdout)
