const create = document.querySelector("#create");
const edit = document.querySelector("#edit");
const done = document.querySelector("#done");
const problem = document.querySelector("#problem");

// One request after the other, or an old answer might be shown over a newer one.
let last = Promise.resolve();
const ask = (method, form) => (last = last.then(() => send(method, form)));

// Ask the web service, and return its answer, or nothing where there is none to be had.
async function send(method, form) {
  done.textContent = problem.textContent = "";
  const body = form && new URLSearchParams(new FormData(form));
  try {
    const answer = await fetch("/generator", { method, body, headers: { Accept: "text/plain" } });
    if (answer.ok || answer.status === 404) return answer;
    problem.textContent = `That did not work: ${answer.status} ${answer.statusText}`;
  } catch {
    problem.textContent = "The server does not answer. Try again later.";
  }
}

function show(string) {
  edit.hidden = string === null;
  edit.elements.another_string.value = string ?? "";
}

create.addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await ask("POST", create);
  if (!answer) return;
  show(await answer.text());
  done.textContent = "Created";
});

edit.addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await ask("PUT", edit);
  if (!answer) return;
  if (!answer.ok) show(null);
  done.textContent = answer.ok ? "Replaced" : "It is gone: make a new one";
});

document.querySelector("#delete").addEventListener("click", async () => {
  if (!(await ask("DELETE"))) return;
  show(null);
  done.textContent = "Deleted";
});

// What the server keeps is there again when the page is loaded again.
const answer = await ask("GET");
if (answer) show(answer.ok ? await answer.text() : null);
