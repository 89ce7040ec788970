import { en } from "./en";

/** Every text that people read, in the language of the page. Another language is another folder. */
export const texts = en;
