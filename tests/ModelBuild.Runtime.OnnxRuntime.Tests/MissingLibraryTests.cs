using System.Reflection;
using System.Runtime.Loader;
using ModelBuild.Runtime;

namespace ModelBuild.OnnxRuntime.Tests;

[TestClass]
public sealed class MissingLibraryTests
{
    [TestMethod]
    [DataRow("/no/such/folder/libonnxruntime.so"), DataRow(null)]
    public void A_native_library_that_cannot_be_loaded_is_one_error_that_names_the_package(string? path)
    {
        using var model = TestModel.Dense();
        // A text file where a library should be.
        path ??= Path.Combine(model.Folder, "Test.onnx");

        // The backend once more, with nothing loaded yet.
        var context = new AssemblyLoadContext("without the library");
        var backend = context.LoadFromAssemblyPath(typeof(OnnxRuntimeBackend).Assembly.Location);
        backend.GetType("ModelBuild.OnnxRuntime.Native.OrtLibrary", throwOnError: true)!.GetMethod("SetPath")!.Invoke(null, [path]);
        var open = backend.GetType(typeof(OnnxRuntimeBackend).FullName!, throwOnError: true)!.GetMethod("Open")!;
        for (int attempt = 0; attempt < 2; attempt++)
        {
            var e = Assert.ThrowsExactly<TargetInvocationException>(() => open.Invoke(null, [model.Definition, model.Options]));
            var cause = (ModelRuntimeException)e.InnerException!;
            Assert.AreEqual("MB5005", cause.Code);
            StringAssert.Contains(cause.Message, "Microsoft.ML.OnnxRuntime");
            StringAssert.Contains(cause.Message, path);
            Assert.DoesNotContain('\n', cause.Message);
        }
    }
}
