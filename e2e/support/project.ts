import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The folder that a session works in. */
export interface Project {
  root: string;
  /** By path within it. */
  write(files: Record<string, string>): void;
  git(...args: string[]): string;
  remove(): void;
}

/** A git repository with these files, all committed. */
export function createProject(files: Record<string, string>): Project {
  const root = mkdtempSync(path.join(tmpdir(), 'relay-project-'));
  const project: Project = {
    root,
    write(written) {
      for (const [name, text] of Object.entries(written)) {
        mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
        writeFileSync(path.join(root, name), text);
      }
    },
    git: (...args) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], {
        cwd: root,
        encoding: 'utf8',
      }),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
  project.write(files);
  project.git('init', '-q', '-b', 'main');
  project.git('add', '-A');
  project.git('commit', '-q', '-m', 'Begin');
  return project;
}
