// The search of these pages is done by a worker, and browsers refuse a worker to a page that was opened from a file. There its
// program runs in a frame of its own in place of that. The theme asks for `IFrameWorker` to know.
if (location.protocol === "file:") {
  window.IFrameWorker = class extends EventTarget {
    constructor(url) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      frame.srcdoc = "<!doctype html><title>Search</title>";
      this.ready = new Promise((loaded) => { frame.onload = loaded; }).then(() => {
        this.inner = frame.contentWindow;
        this.inner.importScripts = (...urls) => this.load(urls);
        this.inner.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
        return this.load([url]);
      });
      document.body.append(frame);
    }

    async load(urls) {
      for (const url of urls) {
        await new Promise((loaded, failed) => {
          const script = this.inner.document.createElement("script");
          Object.assign(script, { src: url, onload: loaded, onerror: failed });
          this.inner.document.head.append(script);
        });
      }
    }

    postMessage(data) {
      this.ready.then(() => this.inner.dispatchEvent(new MessageEvent("message", { data })));
    }
  };
  window.Worker = window.IFrameWorker;
}
