using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.OnnxRuntime.Tests;

[TestClass]
public sealed class ProviderTests
{
    [TestMethod]
    public void Auto_is_written_out_in_its_place_and_names_come_once()
    {
        Assert.AreEqual("TensorRt Cuda DirectMl CoreMl OpenVino Qnn Cpu", Names("TensorRt", "auto", "Cuda", "Cpu"));
        Assert.AreEqual("Cpu Cuda", Names("CPU", "cuda"));
        Assert.AreEqual("Cuda DirectMl CoreMl OpenVino Qnn Cpu", Names("Auto"));
    }

    [TestMethod]
    public void Every_name_has_a_provider_and_a_package()
    {
        foreach (string name in OrtProviders.Names)
        {
            var provider = OrtProviders.Find(name)!;
            Assert.EndsWith("ExecutionProvider", provider.NativeName);
            StringAssert.Contains(provider.Package, "OnnxRuntime");
        }
    }

    [TestMethod]
    public void A_provider_that_the_library_lacks_is_an_error_of_its_own()
    {
        foreach (string name in OrtProviders.Names.Where(n => !OrtLibrary.AvailableProviders.Contains(OrtProviders.Find(n)!.NativeName)))
        {
            var options = new OrtSessionOptions { ExecutionProviders = [name] };
            var e = Assert.ThrowsExactly<OrtException>(() => new OrtNativeOptions(OrtLibrary.Loaded, options).Dispose(), name);
            Assert.IsGreaterThan(10, e.Message.Length);
        }
    }

    private static string Names(params string[] names) => string.Join(' ', OrtProviders.Expand(names).Select(p => p.Name));
}
