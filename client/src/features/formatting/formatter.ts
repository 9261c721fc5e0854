export { FormattedText } from './FormattedText.js';
export { withoutMarkup } from './without-markup.js';
