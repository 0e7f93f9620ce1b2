// Shows how far work is, and refuses uploads that the server would refuse for their size or number.
"use strict";

const LIMIT = 20000000;
const MOST_FILES = 200;

async function poll() {
  try {
    const response = await fetch("progress", { headers: { Accept: "application/json" } });
    const job = await response.json();
    if (!job.running) {
      location.reload();
      return;
    }
    document.getElementById("step").textContent = job.total ? `${job.step}: ${job.done} of ${job.total}` : job.step;
    const bar = document.getElementById("bar");
    bar.max = job.total || 1;
    bar.value = job.done;
  } catch {
    // The server is starting again or cannot be reached: look again.
  }
  setTimeout(poll, 500);
}

if (document.getElementById("job")?.dataset.running) {
  poll();
}

document.getElementById("files")?.form.addEventListener("submit", (event) => {
  const { files } = document.getElementById("files");
  const size = [...files].reduce((sum, file) => sum + file.size, 0);
  const refused = document.getElementById("refused");
  refused.textContent = "";
  if (size > LIMIT - 1000 * files.length) {
    refused.textContent = "These files are larger than 20 MB together. Upload fewer or smaller ones.";
  } else if (files.length > MOST_FILES) {
    refused.textContent = `At most ${MOST_FILES} files can be uploaded at once. Upload fewer.`;
  }
  if (refused.textContent) {
    refused.className = "error";
    event.preventDefault();
  } else {
    const button = event.target.querySelector("button");
    button.disabled = true;
    button.textContent = "Reading …";
  }
});
