import { isOn } from '../../settings.js';
import type { Feature } from '../../shell/feature.js';
import { UploadsBackground } from './UploadsBackground.js';
import { viewedImage } from './viewed-image.js';
import { waitingFiles } from './waiting-files.js';
import './files.css';

/** Images and files of messages. */
export const filesFeature: Feature = {
  isOn: isOn('rooms'),
  slices: [waitingFiles, viewedImage],
  Background: UploadsBackground,
};
