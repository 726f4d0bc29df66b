import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from '../../test/helpers/run.ts';
import { findTool } from '../../test/tools/find-tool.ts';
import { droplet } from './droplet.ts';

/** From Maven Central, with what they depend on. */
const dependencies = [
  'org.springframework.boot:spring-boot-starter-web:3.5.0',
  'org.springframework.boot:spring-boot-starter-data-jpa:3.5.0',
  'org.springframework.boot:spring-boot-starter-actuator:3.5.0',
  'org.postgresql:postgresql:42.7.5',
];

/** What Cloud Foundry's own runtime has, and a web server. */
const modules = [
  'java.se',
  'jdk.crypto.ec',
  'jdk.httpserver',
  'jdk.localedata',
  'jdk.management',
  'jdk.unsupported',
  'jdk.zipfs',
];

const runtime = '.java-buildpack/open_jdk_jre';

/**
 * A Java app as the buildpack leaves it: a runtime of this machine's JDK, the jars of a Spring application, and a class
 * that answers on `$PORT` of `$VCAP_APP_HOST`.
 */
export async function java(): Promise<string> {
  const [jdk, maven] = [await jdkHome(), tool('mvn', 'maven')];
  const start = `${runtime}/bin/java -cp 'BOOT-INF/classes:BOOT-INF/lib/*' Main`;
  const { stdout: version } = await run(join(jdk, 'bin/java'), ['--version']);
  return droplet('java', [dependencies, modules, main, version], start, async (tree, write) => {
    const [app, work] = [join(tree, 'app'), join(tree, 'work')];
    await write({ 'app/BOOT-INF/classes/Main.java': main, 'work/pom.xml': pom() });
    const linking = ['--no-header-files', '--no-man-pages', '--add-modules', modules.join(','), '--output'];
    await run(join(jdk, 'bin/jlink'), [...linking, join(app, runtime)]);
    await run(join(jdk, 'bin/javac'), [join(app, 'BOOT-INF/classes/Main.java')]);
    const copying = ['dependency:copy-dependencies', `-DoutputDirectory=${join(app, 'BOOT-INF/lib')}`];
    await run(maven, ['-B', '-q', ...copying], { cwd: work, timeout: 600_000 });
    await run('rm', ['-r', work]);
  });
}

async function jdkHome(): Promise<string> {
  return dirname(dirname(await realpath(tool('javac', 'openjdk-17-jdk-headless'))));
}

function tool(name: string, debian: string): string {
  const path = findTool(name);
  if (path === undefined) throw new Error(`${name} is not installed: it is in the Debian package ${debian}`);
  return path;
}

function pom(): string {
  const elements = dependencies.map((dependency) => {
    const [group, artifact, version] = dependency.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion><groupId>sample</groupId><artifactId>sample</artifactId><version>1</version>
<dependencies>${elements.join('\n')}</dependencies>
</project>
`;
}

const main = `import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;

public class Main {
  public static void main(String[] arguments) throws Exception {
    var host = System.getenv().getOrDefault("VCAP_APP_HOST", "0.0.0.0");
    var address = new InetSocketAddress(host, Integer.parseInt(System.getenv("PORT")));
    var server = HttpServer.create(address, 0);
    server.createContext("/", exchange -> {
      exchange.sendResponseHeaders(200, -1);
      exchange.close();
    });
    server.start();
    System.out.println("listening on " + server.getAddress().getPort());
  }
}
`;
