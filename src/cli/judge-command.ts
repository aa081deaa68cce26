import { type Command, readArguments } from './arguments.ts';
import { runJudge } from './judge/run-judge.ts';

export const JUDGE_COMMAND: Readonly<Record<string, Command>> = {
  judge(args, { streams, err }) {
    readArguments(args, { options: {} });
    return runJudge(streams.input, streams.output, err);
  },
};
