"""Times KeyPOS with spaCy and stopword removal with NLTK over the texts in argv[1] (JSON: texts, stopwords, keep, rounds)."""
import importlib.util
import json
import sys
import time

import spacy
from nltk.tokenize import TreebankWordTokenizer

task = json.load(open(sys.argv[1], encoding="utf8"))
texts, keep, stopwords = task["texts"], set(task["keep"]), set(task["stopwords"])


def tagger():
    """en_core_web_sm where it is installed; else its tagger's layers with weights as drawn, which take the same time."""
    if importlib.util.find_spec("en_core_web_sm"):
        return spacy.load("en_core_web_sm", exclude=["parser", "ner", "lemmatizer", "senter"]), "en_core_web_sm"
    nlp = spacy.blank("en")
    nlp.add_pipe("tok2vec", config={"model": {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {"@architectures": "spacy.MultiHashEmbed.v2", "width": 96, "include_static_vectors": False,
                  "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE"], "rows": [5000, 1000, 2500, 2500]},
        "encode": {"@architectures": "spacy.MaxoutWindowEncoder.v2", "width": 96, "depth": 4, "window_size": 1, "maxout_pieces": 3},
    }})
    head = nlp.add_pipe("tagger", config={"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": {
        "@architectures": "spacy.Tok2VecListener.v1", "width": 96, "upstream": "tok2vec"}}})
    tags = [f"T{i}" for i in range(50)]
    for tag in tags:
        head.add_label(tag)
    rules = nlp.add_pipe("attribute_ruler")
    for i, tag in enumerate(tags):
        rules.add([[{"TAG": tag}]], {"POS": ["NOUN", "VERB", "DET", "AUX"][i % 4]})
    nlp.initialize()
    return nlp, "tagger of en_core_web_sm's shape, weights as drawn"


def keypos():
    return [" ".join(token.text for token in doc if token.pos_ in keep) for doc in nlp.pipe(texts, batch_size=256)]


def no_stopwords():
    split = TreebankWordTokenizer().tokenize
    return [" ".join(word for word in split(text) if word.lower() not in stopwords) for text in texts]


nlp, model = tagger()
seconds = {}
for name, run in {"keypos": keypos, "nostopwords": no_stopwords}.items():
    run()
    best = float("inf")
    for _ in range(task["rounds"]):
        start = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - start)
    seconds[name] = best
print(json.dumps({"seconds": seconds, "model": model, "spacy": spacy.__version__}))
