// On a narrow screen a continuation line of a derivation need not be indented by the whole left side that it
// repeats: the engine prints that as \phantom{left side}. MathJax reads its configuration after this script.
if (window.MathJax && window.matchMedia("(max-width: 600px)").matches) {
  const tex = (window.MathJax.tex = window.MathJax.tex || {});
  tex.macros = { ...tex.macros, phantom: ["\\quad", 1] };
}
