"""Is a sentence of the hub found again in the catalogue, and nobody's name ever taken for one?"""

import time

import pytest

from libretexts_hub.domain.sentences import Sentences

CATALOGUE = {
    "or": "o",
    "too little memory is free": "hay poca memoria",
    "no GPU is free": "no hay GPU",
    "%(words_one)s and %(words_two)s": "%(words_one)s y %(words_two)s",
    "Waiting for a place: %(words)s.": "Esperando un lugar: %(words)s.",
    "(%(number)s minutes so far)": "(%(number)s minutos)",
    "up to %(rest)s": "hasta %(rest)s",
    "%(number)s GiB memory": "%(number)s GiB de memoria",
    "%(tag)s is not on the menu of %(image)s.": "%(image)s no tiene %(tag)s en el menú.",
    "%(image)s has ended.": "%(image)s se acabó.",
    "Choose %(choices)s.": "Elija %(choices)s.",
    "Choose another environment.": "Elija otro entorno.",
    "Your files are safe. Try again.": "Sus archivos están a salvo. Inténtelo otra vez.",
    "Failed: %(rest)s": "Falló: %(rest)s",
}
SAY = Sentences(CATALOGUE).say


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ""),
        ("Choose another environment.", "Elija otro entorno."),
        ("Choose a, b or c.", "Elija a, b o c."),
        ('"x" is not on the menu of R. Choose y.', 'R no tiene "x" en el menú. Elija y.'),
        ('"x" is not on the menu of R. 4. Choose y.', 'R. 4 no tiene "x" en el menú. Elija y.'),
        (
            "Your files are safe. Try again. Choose y.",
            "Sus archivos están a salvo. Inténtelo otra vez. Elija y.",
        ),
        ("Waiting for a place: no GPU is free.", "Esperando un lugar: no hay GPU."),
        (
            "Waiting for a place: no GPU is free and too little memory is free. (3 minutes so far)",
            "Esperando un lugar: no hay GPU y hay poca memoria. (3 minutos)",
        ),
        ("up to 2 CPU · 2 GiB memory", "hasta 2 CPU · 2 GiB de memoria"),
        ("Failed: R has ended. Ask Bob.", "Falló: R se acabó. Ask Bob."),
        # What is no sentence of the hub stays, though it holds words of one.
        ("Large memory", "Large memory"),
        ("Waiting for a place: on the moon.", "Waiting for a place: on the moon."),
        ("Bread and butter", "Bread and butter"),
        ("no GPU is free and too little memory is free", "no GPU is free and too little memory is free"),
        ("Ask Bob. Choose another environment.", "Ask Bob. Elija otro entorno."),
    ],
)  # fmt: skip
def test_what_is_said(text, told):
    assert SAY(text) == told


@pytest.mark.parametrize(
    "text",
    ["a is not on the menu of " * 45, "a. " * 390, "Failed: " * 140, " and ".join("x" * 240), "x" * 5000],
)
def test_a_hostile_text_costs_nothing(text):
    began = time.process_time()
    SAY(text)
    assert time.process_time() - began < 0.5
