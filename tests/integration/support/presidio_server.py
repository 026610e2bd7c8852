"""The real Presidio behind its two routes, without a language model: what its patterns find. For the Python that has it installed.

Prints its URL and serves until it is ended. The routes do what presidio-analyzer's and presidio-anonymizer's own servers do with a request.
"""
import http.server
import json

import spacy
import tldextract
from presidio_analyzer import AnalyzerEngine, AnalyzerRequest, BatchAnalyzerEngine
from presidio_analyzer.nlp_engine import SpacyNlpEngine
from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.services.app_entities_convertor import AppEntitiesConvertor


class Blank(SpacyNlpEngine):
    """Words, and nothing about them: models are no packages that a test may count on."""

    def load(self):
        self.nlp = {"en": spacy.blank("en")}


def engines():
    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=())  # its own list: nothing is fetched
    nlp = Blank()
    nlp.load()
    analyzer = AnalyzerEngine(nlp_engine=nlp, supported_languages=["en"])
    return analyzer, BatchAnalyzerEngine(analyzer), AnonymizerEngine()


def analyze(question):
    asked = AnalyzerRequest(question)
    texts = asked.text if isinstance(asked.text, list) else [asked.text]
    if not asked.text:
        raise ValueError("No text provided")
    found = BATCH.analyze_iterator(texts=texts, language=asked.language, score_threshold=asked.score_threshold, entities=asked.entities,
                                   ad_hoc_recognizers=asked.ad_hoc_recognizers, context=asked.context, allow_list=asked.allow_list)
    all_found = [[{"entity_type": f.entity_type, "start": f.start, "end": f.end, "score": f.score} for f in one] for one in found]
    return all_found if isinstance(asked.text, list) else all_found[0]


def anonymize(question):
    results = AppEntitiesConvertor.analyzer_results_from_json(question.get("analyzer_results"))
    operators = AppEntitiesConvertor.operators_config_from_json(question.get("anonymizers"))
    return json.loads(ANONYMIZER.anonymize(text=question.get("text"), analyzer_results=results, operators=operators).to_json())


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        try:
            status, said = 200, {"/analyze": analyze, "/anonymize": anonymize}[self.path](json.loads(body))
        except Exception as e:  # noqa: BLE001 (as theirs)
            status, said = 500, {"error": str(e)}
        data = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


if __name__ == "__main__":
    ANALYZER, BATCH, ANONYMIZER = engines()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()
