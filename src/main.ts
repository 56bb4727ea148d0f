import { mount } from 'svelte';
import App from './ui/App.svelte';
// Begins to keep the lab for use without a network, whichever view is opened first.
import { languageChoice } from './ui/app/shell.ts';
import './ui/styles/fonts.css';
import './ui/styles/tokens.css';
import './ui/styles/base.css';
import './ui/styles/controls.css';

const target = document.getElementById('app');
if (!target) throw new Error('index.html lacks the element #app.');

// No await: with one at the top level, the build would split the first page into twice as many files.
void languageChoice.start().then(() => mount(App, { target }));
