using ModelBuild.Runtime;
using Managed = Microsoft.ML.OnnxRuntime;

namespace ModelBuild.OnnxRuntime.Tests;

/// <summary>An application may use Microsoft.ML.OnnxRuntime itself, in the same process and on the same native library.</summary>
[TestClass]
public sealed class CoexistenceTests
{
    [TestMethod]
    public void The_managed_wrapper_runs_beside_ours()
    {
        using var model = TestModel.Dense();
        using var ours = model.Open();
        float[] x = [4, 5, 6], y = new float[4];
        for (int round = 0; round < 2; round++)
        {
            using (var theirs = new Managed.InferenceSession(Path.Combine(model.Folder, "Test.onnx")))
            {
                using var input = Managed.OrtValue.CreateTensorValueFromMemory(x, [1, 3]);
                using var options = new Managed.RunOptions();
                using var outputs = theirs.Run(options, ["x"], [input], ["y"]);
                CollectionAssert.AreEqual(new float[] { 33, 48, 63, 78 }, outputs[0].GetTensorDataAsSpan<float>().ToArray());
            }

            Array.Clear(y);
            using var call = ours.BeginCall(model.Definition.Info);
            call.SetInput<float>(0, x, [1, 3]);
            call.SetOutput<float>(0, y, [1, 4]);
            call.Execute();
            CollectionAssert.AreEqual(new float[] { 33, 48, 63, 78 }, y);
        }
    }
}
