import chromium from '@sparticuz/chromium';

// Into the folder for temporary files, with the libraries that a bare system lacks where it thinks that it is on one.
await chromium.executablePath();
