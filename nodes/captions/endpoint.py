"""The endpoint captioner: captions by a model that another program serves, on this machine or elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from nodegraph import Columns, ImageSet, KeyVariable, Main, NewColumn, Problem, Range, Take, Text, Values, captioner
from nodes.captions.authorship import captioned, layer_columns, layer_problems, rows_to_caption
from nodes.measures.chat import endpoint_answer, is_local, key_problem, url_problem


def _check(params: Any) -> Sequence[Problem]:
    url, model = params.get("url", ""), params.get("model", "")
    found = [problem for problem in (url_problem(url), key_problem(params.get("key_variable", ""))) if problem]
    if not model.strip():
        message, fix = "No model is named.", "Give the name under which the endpoint serves it."
        found.append(Problem("no-model", message, fix, param="model", value=model))
    if not params.get("prompt", "").strip():
        message, fix = "The model is asked nothing.", "Write what it should say, such as: Describe the picture."
        found.append(Problem("no-prompt", message, fix, param="prompt", severity="warning"))
    if not url_problem(url) and not is_local(url):
        message = f"Every picture is sent to {url}, which is not in your own network."
        fix = "Make sure that you may pass these pictures on, and what it costs."
        found.append(Problem("pictures-leave", message, fix, param="url", value=url, severity="warning"))
    return [*found, *layer_problems(params.get("layer", ""))]


@captioner(
    "caption/endpoint",
    rev=1,
    title="Caption by endpoint",
    gives=lambda params: layer_columns(params["layer"], "What the model behind the endpoint said"),
    check=_check,
)
def caption_endpoint(
    images: ImageSet,
    *,
    answers: Annotated[Values, Take(endpoint_answer, where=rows_to_caption)],
    url: Annotated[str, Main(), "Where the model is served, up to and with /v1."] = "http://127.0.0.1:11434/v1",
    model: Annotated[str, Main(), "The name under which the endpoint serves the model."] = "qwen2.5vl",
    prompt: Annotated[str, Text(lines=3), Main(), "What to ask about each picture."] = (
        "Describe the picture in one sentence. Name only what can be seen."
    ),
    max_tokens: Annotated[int, Range(1, 4096), "Where to cut an answer off; a token is about a word."] = 200,
    seed: Annotated[int, Range(0, 2**31 - 1), "Endpoints that draw words at random draw the same ones for a seed."] = 0,
    key_variable: Annotated[
        str,
        KeyVariable(),
        "The environment variable that holds the key, such as OPENAI_API_KEY; empty: no key.",
    ] = "",
    only_empty: Annotated[bool, Main(), "Keep captions that are there; off: write over those of the source."] = True,
    layer: Annotated[str, NewColumn(), "Column in which all that this model says is kept."] = "caption_endpoint",
) -> Columns:
    """Lets a model that another program serves write a caption for each picture: Ollama, LM Studio, llama.cpp, vLLM.

    The program must speak OpenAI's chat protocol and the model must see pictures. Each picture is sent as a JPEG of at
    most 720 pixels a side. Answers are remembered under the address, the model's name, the prompt and the numbers here,
    so a run asks only about new pictures; when you put another model behind the same name, give it another name.

    A picture that gets no answer is dropped with the reason. Where nothing answers at all, the run stops and says so.
    The key is read from an environment variable and never written anywhere. An address that is not in your own network
    must begin with https://. A caption that a person wrote is never replaced; a model invents things, so look at what
    it says.
    """
    asked = rows_to_caption(images, {"only_empty": only_empty})
    return captioned(images, answers.list(), f"model:{model}", layer, asked)


NODES = (caption_endpoint,)
