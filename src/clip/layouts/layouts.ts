import type { Layout } from '../config';
import { huggingFace } from './hugging-face';
import type { CheckpointLayout } from './layout';
import { openClip } from './open-clip';
import { openai } from './openai';

export const layouts: Record<Layout, CheckpointLayout> = {
  'hugging-face': huggingFace,
  'open-clip': openClip,
  openai,
};
