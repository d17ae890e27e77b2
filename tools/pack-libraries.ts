// Packs every published library as it would be published, for another repository to install: `npm run tarballs -- <folder>`. Build first.
import { resolve } from 'node:path';
import { packLibrary, publishedLibraries } from './lib/published.js';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('name the folder for the tarballs');
for (const library of publishedLibraries()) console.log(packLibrary(library, resolve(folder)));
