"""Rehearses a release against a registry on loopback, and runs the documented commands as a user does."""

import json
import os
import re
import shutil
import tarfile
import unittest

import yaml
from rehearsal import CHART_README, PAGE, README, TOP, VERSION, WithRegistry, blocks, environment, install_command, shell

DIST = TOP / "agent/target/dist"
PACKAGE = TOP / "target/package"
VERIFY = "\n".join(blocks(PAGE, "Verify a release"))


class Rehearsal(WithRegistry):
    directories = ("authority", "user")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.variables = environment(cls.work / "authority", LAYER=str(cls.work / "layer.tar"))

        settings = dict(re.findall(r"(?m)^    (WORKFLOW|ISSUER)=(\S+)$", PAGE))
        identity = settings["WORKFLOW"].replace("$VERSION", VERSION)
        script = f"{TOP}/tools/release/programs/authority.sh . {identity} {settings['ISSUER']}"
        shell(script, cls.work / "authority", cls.variables)
        with tarfile.open(cls.work / "layer.tar", "w") as layer:
            layer.add(DIST, "opt/agent")

        # Capital letters in the name of the owner, as GitHub allows.
        release = cls.variables | {"VERSION": VERSION, "REGISTRY": f"{cls.registry.address}/Owner"}
        for step in ("image amd64", "image arm64", "publish"):
            shell(f"tools/release/release.sh {step}", TOP, release)

    def user(self, script):
        """Runs documented commands, with the registry of the rehearsal in place of GitHub's."""
        return shell(self.registry.local(script), self.work / "user", self.variables)

    def crane(self, *arguments):
        return shell(f"$CRANE {' '.join(arguments)}", TOP, self.variables).strip()

    def digest(self, name):
        return self.crane("digest", f"{self.registry.name}/{name}")

    def test_the_readmes_install_the_image_of_this_release_by_its_digest(self):
        for text in (README, CHART_README):
            command = install_command(text).replace("=CLUSTER ", '="$CLUSTER" ').replace("=REGION", '="$REGION"')
            self.assert_installs(self.user(command))

    def assert_installs(self, rendered):
        image = f"{self.registry.name}/cni-metrics-agent@{self.digest(f'cni-metrics-agent:{VERSION}')}"
        self.assertEqual({image}, set(re.findall(r"image: \"?([^\s\"]+)", rendered)))
        self.assertRegex(rendered, 'name: "?AWS_CLUSTER_ID"?\n +value: "?production"?\n')

    def test_the_page_verifies_the_signatures_the_sbom_and_the_files(self):
        for name in PACKAGE.iterdir():
            shutil.copy(name, self.work / "user")
        chart = f"cni-metrics-agent-{VERSION}.tgz"
        (self.work / "user" / chart).unlink()
        printed = self.user(VERIFY)
        self.assertEqual((PACKAGE / chart).read_bytes(), (self.work / "user" / chart).read_bytes())
        self.assertIn(f"@{self.digest(f'cni-metrics-agent:{VERSION}')}", printed)
        self.assertIn("SHA256SUMS", os.listdir(self.work / "user"))
        self.assertIn(f"{chart}: OK", printed)

    def test_the_page_mirrors_the_release_with_the_same_digest(self):
        verify = "\n".join(blocks(PAGE, "Verify a release")[:1])
        [copy] = blocks(PAGE, "Mirror a release")
        mirror = f"{self.registry.address}/mirror"
        rendered = self.user(f"{verify}\n{re.sub('(?m)^MIRROR=.*$', f'MIRROR={mirror}', copy)}")
        image = f"{mirror}/cni-metrics-agent@{self.digest(f'cni-metrics-agent:{VERSION}')}"
        self.assertIn(image, rendered)
        self.crane("validate", "--remote", image)

    def test_the_sbom_lists_the_libraries_of_the_image(self):
        bom = json.loads((PACKAGE / f"cni-metrics-agent-{VERSION}.cdx.json").read_text())
        listed = {f"{each['name']}-{each['version']}.jar" for each in bom["components"]}
        libraries = {each.name for each in (DIST / "lib").glob("*.jar")} - {"cni-metrics-agent.jar"}
        self.assertGreater(len(libraries), 20)
        self.assertEqual(libraries, listed)

    def test_a_signature_of_another_workflow_is_refused(self):
        script = VERIFY.replace("workflows/release.yml", "workflows/other.yml")
        with self.assertRaisesRegex(RuntimeError, "no matching CertificateIdentity found"):
            self.user(script)

    def test_an_image_without_a_signature_is_refused(self):
        name = f"{self.registry.name}/cni-metrics-agent"
        self.crane("mutate", f"{name}:{VERSION}-amd64", "--label", "changed=yes", "--tag", f"{name}:changed")
        with self.assertRaisesRegex(RuntimeError, "no signatures found|no matching"):
            self.user(VERIFY.replace(f"VERSION={VERSION}", "VERSION=changed"))

    def test_both_architectures_are_under_one_tag(self):
        for tag in (VERSION, f"{VERSION}-jvm"):
            index = json.loads(self.crane("manifest", f"{self.registry.name}/cni-metrics-agent:{tag}"))
            platforms = [(each["platform"]["os"], each["platform"]["architecture"]) for each in index["manifests"]]
            self.assertEqual([("linux", "amd64"), ("linux", "arm64")], platforms)

    def test_no_file_of_the_release_names_the_placeholder_of_the_owner(self):
        with tarfile.open(PACKAGE / f"cni-metrics-agent-{VERSION}.tgz") as chart:
            texts = {each.name: chart.extractfile(each).read().decode() for each in chart if each.isfile()}
        for path in [*PACKAGE.glob("*.yaml"), TOP / "target/release-notes.md"]:
            texts[path.name] = path.read_text()
        self.assertIn("helm install cni-metrics-agent oci://", texts["release-notes.md"])
        self.assertIn("### Added", texts["release-notes.md"])
        named = re.compile(r"\bOWNER\b")
        self.assertEqual([], [name for name, text in texts.items() if named.search(text)])
        self.assertIn("https://github.com/Owner/", texts["cni-metrics-agent/files/rules.yaml"])

    def test_the_image_contains_the_program_of_this_version(self):
        image = f"{self.registry.name}/cni-metrics-agent:{VERSION}"
        script = f"$CRANE export --platform linux/amd64 {image} - | tar --extract --directory {self.work}/user"
        printed = shell(f"{script}; opt/agent/bin/cni-metrics-agent --version", self.work / "user", self.variables)
        self.assertIn(VERSION, printed.split())

    def test_the_manifests_name_the_image_by_its_digest(self):
        image = f"{self.registry.name}/cni-metrics-agent@{self.digest(f'cni-metrics-agent:{VERSION}')}"
        for path in PACKAGE.glob("cni-metrics-agent*.yaml"):
            objects = [each for each in yaml.safe_load_all(path.read_text()) if each["kind"] == "DaemonSet"]
            [pod] = [each["spec"]["template"]["spec"] for each in objects]
            images = {each["image"] for each in pod["containers"] + pod.get("initContainers", [])}
            self.assertEqual({image}, images, path.name)


if __name__ == "__main__":
    unittest.main()
