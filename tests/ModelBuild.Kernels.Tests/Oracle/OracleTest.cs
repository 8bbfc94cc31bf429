using ModelBuild.OnnxRuntime.Native;

namespace ModelBuild.Kernels.Tests.Oracle;

/// <summary>A call of an operator: context, inputs, outputs.</summary>
internal delegate void OperatorCall(KernelContext context, TensorValue?[] x, TensorValue[] y);

/// <summary>Compares an operator with ONNX Runtime.</summary>
internal static class OracleTest
{
    /// <summary>Runs both. Where ONNX Runtime refuses the data the operator must refuse it too, or <paramref name="mayAccept"/>.</summary>
    public static void Compare(SingleNode node, TensorValue?[] inputs, int outputs, OperatorCall call, bool mayAccept = false, double tolerance = 0)
    {
        TensorValue[]? expected;
        string refusal = "";
        try
        {
            expected = node.Run(inputs, outputs);
        }
        catch (OrtException e)
        {
            expected = null;
            refusal = e.Message;
        }

        using var context = new KernelContext();
        TensorValue[] actual = [.. Enumerable.Range(0, outputs).Select(_ => new TensorValue())];
        string text = string.Join(" ", inputs.Select(i => i?.ToString() ?? "-"));
        try
        {
            call(context, inputs, actual);
        }
        catch (KernelException e)
        {
            Assert.IsNull(expected, $"{text}: {e.Message}");
            return;
        }

        if (expected is null)
        {
            Assert.IsTrue(mayAccept, $"{text}: ONNX Runtime refuses: {refusal}");
            return;
        }

        for (int i = 0; i < outputs; i++)
        {
            Tensors.AreEqual(expected[i], actual[i], $"{text} output {i}", tolerance);
        }
    }
}
