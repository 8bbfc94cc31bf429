using CsCheck;
using ModelBuild.Kernels.Tests.Oracle;

namespace ModelBuild.Kernels.Tests.Signals;

[TestClass]
public sealed class SignalTests
{
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(5)]
    [DataRow(8)]
    [DataRow(12)]
    [DataRow(31)]
    [DataRow(64)]
    [DataRow(97)]
    [DataRow(100)]
    public void A_transform_agrees_with_its_definition_and_comes_back(int length)
    {
        TensorValue x = RandomTensors.Doubles(length, 1, 2, length, 2);
        var spectrum = new TensorValue();
        FourierTransforms.DFT(x, null, null, spectrum);
        for (int k = 0; k < length; k++)
        {
            System.Numerics.Complex sum = 0;
            for (int n = 0; n < length; n++)
            {
                sum += new System.Numerics.Complex(x.Span<double>()[2 * n], x.Span<double>()[(2 * n) + 1]) * System.Numerics.Complex.FromPolarCoordinates(1, -2 * Math.PI * ((long)k * n % length) / length);
            }

            Assert.AreEqual(sum.Real, spectrum.Span<double>()[2 * k], 1e-12 * length);
            Assert.AreEqual(sum.Imaginary, spectrum.Span<double>()[(2 * k) + 1], 1e-12 * length);
        }

        var back = new TensorValue();
        FourierTransforms.DFT(spectrum, null, null, back, inverse: 1);
        Tensors.AreEqual(x, back, tolerance: 1e-12 * length);
    }

    [TestMethod]
    public void DFT_agrees_with_the_oracle() =>
        Gen.Select(Gen.Long[1, 20], Gen.Long[1, 20], Gen.Bool, Pick.From(0L, 1L), Pick.From(0L, 1L), Pick.From(-2L, 1L)).Each((size, length, complex, inverse, onesided, axis) =>
        {
            // A one-sided spectrum of complex numbers, or one that is transformed back, is outside of what ONNX Runtime does.
            if (onesided == 1 && (complex || inverse == 1))
            {
                return;
            }

            TensorValue x = RandomTensors.Floats((int)(size + length), 1, 2, size, 3, complex ? 2 : 1);
            TensorValue at = Tensors.Of(TensorElementType.Int64, [], axis);
            OracleTest.Compare(
                new SingleNode("DFT").With("inverse", inverse).With("onesided", onesided), [x, Tensors.Of(TensorElementType.Int64, [], length), at], 1,
                (_, i, y) => FourierTransforms.DFT(i[0]!, i[1], i[2], y[0], inverse, onesided), tolerance: 1e-4);
        });

    [TestMethod]
    [DataRow(8)]
    [DataRow(9)]
    [DataRow(1)]
    public void A_one_sided_spectrum_comes_back(int length)
    {
        TensorValue x = RandomTensors.Floats(length, 1, 3, length, 1);
        var half = new TensorValue();
        var back = new TensorValue();
        FourierTransforms.DFT(x, null, null, half, onesided: 1);
        Assert.AreEqual((length / 2) + 1, half.Shape[1]);
        FourierTransforms.DFT(half, Tensors.Of(TensorElementType.Int64, [], (long)length), null, back, inverse: 1, onesided: 1);
        Tensors.AreEqual(x, back, tolerance: 1e-6);
    }

    [TestMethod]
    public void STFT_agrees_with_the_oracle() =>
        Gen.Select(Gen.Long[1, 16], Gen.Long[1, 7], Pick.From(0L, 1L), Gen.Bool).Each((length, step, onesided, hasWindow) =>
        {
            TensorValue x = RandomTensors.Floats((int)length, 1, 2, 40, 1);
            TensorValue? window = hasWindow ? RandomTensors.Floats((int)step, 1, length) : null;
            OracleTest.Compare(
                new SingleNode("STFT").With("onesided", onesided), [x, Tensors.Of(TensorElementType.Int64, [], step), window, Tensors.Of(TensorElementType.Int64, [], length)], 1,
                (_, i, y) => FourierTransforms.STFT(i[0]!, i[1]!, i[2], i[3], y[0], onesided), tolerance: 1e-4);
        });

    [TestMethod]
    public void Windows_agree_with_the_oracle() =>
        Gen.Select(Pick.From("HannWindow", "HammingWindow", "BlackmanWindow"), Pick.From(0L, 1L), Pick.From(1L, 11L), Gen.Long[2, 40]).Each((name, periodic, type, size) =>
            OracleTest.Compare(new SingleNode(name).With("periodic", periodic).With("output_datatype", type), [Tensors.Of(TensorElementType.Int64, [], size)], 1, (_, x, y) =>
            {
                switch (name)
                {
                    case "HannWindow":
                        Windows.HannWindow(x[0]!, y[0], type, periodic);
                        break;
                    case "HammingWindow":
                        Windows.HammingWindow(x[0]!, y[0], type, periodic);
                        break;
                    default:
                        Windows.BlackmanWindow(x[0]!, y[0], type, periodic);
                        break;
                }
            }, tolerance: 1e-5));

    [TestMethod]
    public void Mel_filters_agree_with_the_oracle() =>
        Gen.Select(Gen.Long[1, 20], Pick.From(16L, 64L, 257L), Gen.Float[0, 100], Gen.Float[1000, 4000]).Each((filters, length, low, high) =>
            OracleTest.Compare(
                new SingleNode("MelWeightMatrix"),
                [Tensors.Of(TensorElementType.Int64, [], filters), Tensors.Of(TensorElementType.Int64, [], length), Tensors.Of(TensorElementType.Int64, [], 8192L), Tensors.Floats([], low), Tensors.Floats([], high)], 1,
                (_, x, y) => MelWeights.MelWeightMatrix(x[0]!, x[1]!, x[2]!, x[3]!, x[4]!, y[0]), tolerance: 1e-5));

    [TestMethod]
    public void What_does_not_fit_is_refused()
    {
        var y = new TensorValue();
        TensorValue one = Tensors.Of(TensorElementType.Int64, [], 1L);
        TensorValue x = RandomTensors.Floats(1, 1, 1, 8, 1);
        Assert.ThrowsExactly<KernelException>(() => FourierTransforms.DFT(x, Tensors.Of(TensorElementType.Int64, [], 0L), null, y));
        Assert.ThrowsExactly<KernelException>(() => FourierTransforms.DFT(x, Tensors.Of(TensorElementType.Int64, [], long.MaxValue), null, y));
        Assert.ThrowsExactly<KernelException>(() => FourierTransforms.DFT(x, null, Tensors.Of(TensorElementType.Int64, [], 2L), y));
        Assert.ThrowsExactly<KernelException>(() => FourierTransforms.DFT(RandomTensors.Floats(1, 1, 1, 8, 3), null, null, y));
        Assert.ThrowsExactly<KernelException>(() => FourierTransforms.STFT(x, Tensors.Of(TensorElementType.Int64, [], 0L), null, one, y));
        Assert.ThrowsExactly<KernelException>(() => FourierTransforms.STFT(x, one, null, Tensors.Of(TensorElementType.Int64, [], 9L), y));
        Assert.ThrowsExactly<KernelException>(() => Windows.HannWindow(Tensors.Of(TensorElementType.Int64, [], -1L), y));
        Assert.ThrowsExactly<KernelException>(() => MelWeights.MelWeightMatrix(one, Tensors.Of(TensorElementType.Int64, [], 4L), one, Tensors.Floats([], 0), Tensors.Floats([], 1e9f), y));
    }
}
