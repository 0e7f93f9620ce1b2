// Shows how far a publication is, and refuses uploads that the server would refuse for their size.
"use strict";

const LIMIT = 20000000;

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
  const size = [...document.getElementById("files").files].reduce((sum, file) => sum + file.size, 0);
  if (size > LIMIT - 100000) {
    event.preventDefault();
    document.getElementById("notices").textContent = "These files are larger than 20 MB together. Upload fewer or smaller ones.";
  }
});
