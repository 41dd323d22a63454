import { StrictMode, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

// One request after the other, or an old answer might be shown over a newer one.
let last = Promise.resolve();
function ask(method, fields) {
  const answer = last.then(() => send(method, fields));
  last = answer.catch(() => {});
  return answer;
}

// Ask the web service. Returns the string of its answer, or null where it has none.
async function send(method, fields) {
  const body = fields && new URLSearchParams(fields);
  let answer;
  try {
    answer = await fetch("/generator", { method, body, headers: { Accept: "text/plain" } });
  } catch {
    throw new Error("The server does not answer. Try again later.");
  }
  if (answer.status === 404) return null;
  if (!answer.ok) throw new Error(`That did not work: ${answer.status} ${answer.statusText}`);
  return answer.text();
}

function CreateForm({ onCreate }) {
  const [length, setLength] = useState("8");
  const submit = (event) => {
    event.preventDefault();
    onCreate(length);
  };
  return (
    <form id="create" onSubmit={submit}>
      <input type="number" name="length" min="1" max="64" aria-label="Length"
        value={length} onChange={(event) => setLength(event.target.value)} />
      <button>Give it now!</button>
    </form>
  );
}

function EditForm({ string, onReplace, onDelete }) {
  const [text, setText] = useState(string);
  const submit = (event) => {
    event.preventDefault();
    onReplace(text);
  };
  return (
    <form id="edit" onSubmit={submit}>
      <input name="another_string" aria-label="The string"
        value={text} onChange={(event) => setText(event.target.value)} />
      <button>Replace</button>
      <button type="button" id="delete" onClick={onDelete}>Delete it</button>
    </form>
  );
}

function StringGenerator() {
  const [string, setString] = useState(null);
  const [done, setDone] = useState("");
  const [problem, setProblem] = useState("");

  async function attempt(word, work) {
    setDone("");
    setProblem("");
    try {
      setString(await work());
      setDone(word);
    } catch (error) {
      setProblem(error.message);
    }
  }

  async function replaced(text) {
    if ((await ask("PUT", { another_string: text })) === null) {
      setString(null);
      throw new Error("It is gone: make a new one");
    }
    return text;
  }

  const create = (length) => attempt("Created", () => ask("POST", { length }));
  const replace = (text) => attempt("Replaced", () => replaced(text));
  const remove = () => attempt("Deleted", () => ask("DELETE").then(() => null));

  // What the server keeps is there again when the page is loaded again.
  useEffect(() => {
    attempt("", () => ask("GET"));
  }, []);

  return (
    <>
      <CreateForm onCreate={create} />
      {string !== null && (
        <EditForm key={string} string={string} onReplace={replace} onDelete={remove} />
      )}
      <p role="status" id="done">{done}</p>
      <p role="alert" id="problem">{problem}</p>
    </>
  );
}

createRoot(document.getElementById("generator")).render(
  <StrictMode>
    <StringGenerator />
  </StrictMode>,
);
