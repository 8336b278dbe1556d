// Lowers the scripts for browsers of 2019 into dist/. Run by cli/assets.py, with Node from pip.
import { rmSync } from 'node:fs';
import { build } from 'esbuild';

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: [
    'src/pages.js', 'src/htmx.js', 'src/sign-in.js', 'src/door.js', 'src/door-worker.js', 'src/photos.js',
    'src/check-in.js', 'src/guarding.js',
  ],
  outdir: 'dist',
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['es2018', 'chrome72', 'firefox68'],
  logLevel: 'warning',
});
