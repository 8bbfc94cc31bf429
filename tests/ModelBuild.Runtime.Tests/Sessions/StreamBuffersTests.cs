using CsCheck;
using ModelBuild.Runtime;

namespace ModelBuild.Runtime.Tests;

[TestClass]
public sealed class StreamBuffersTests
{
    private static readonly TensorInfo s_input = new("audio", TensorElementType.Float32, "batch", "samples");

    [TestMethod]
    public void A_state_changes_only_when_advanced()
    {
        var state = new StreamState<int>(2);
        state.Next[0] = 5;
        Assert.AreEqual(0, state.Current[0]);
        state.Advance();
        Assert.AreEqual(5, state.Current[0]);
        state.Next[0] = 7;
        state.Reset();
        Assert.AreEqual(0, state.Current[0]);
    }

    [TestMethod]
    public void Joined_frames_are_windows_of_the_whole_signal() => Gen.Select(Gen.Int[1, 5], Gen.Int[1, 3], Gen.Int[0, 9].Array[0, 6]).Sample((count, rows, frames) =>
    {
        var context = new StreamContext<float>(count, rows, -1);
        int total = frames.Sum();
        float[][] signal = [.. Enumerable.Range(0, rows).Select(r => Enumerable.Range(0, count + total).Select(i => i < count ? 0f : (r * 1000) + i).ToArray())];
        int at = 0;
        foreach (int length in frames)
        {
            float[] frame = [.. signal.SelectMany(row => row.Skip(count + at).Take(length))];
            float[] joined = context.Join(s_input, frame).ToArray();
            float[] again = context.Join(s_input, frame).ToArray();
            if (!joined.SequenceEqual(signal.SelectMany(row => row.Skip(at).Take(count + length))) || !joined.SequenceEqual(again))
            {
                return false;
            }

            context.Advance();
            at += length;
        }

        context.Reset();
        return context.Join(s_input, new float[rows]).ToArray().All(v => v == 0);
    });

    [TestMethod]
    public void Frames_of_another_length_are_refused()
    {
        var any = new StreamContext<float>(2, 3, -1);
        Assert.AreEqual("MB5001: input 'audio' takes frames of a multiple of 3 elements (6 elements more are carried over from the call before), but 4 elements came.",
            Assert.ThrowsExactly<TensorShapeException>(() => any.Join(s_input, new float[4])).Message);
        var fixedLength = new StreamContext<float>(2, 1, 10);
        Assert.AreEqual("8 elements", Assert.ThrowsExactly<TensorShapeException>(() => fixedLength.Join(s_input, new float[10])).Expected);
        Assert.AreEqual(10, fixedLength.Join(s_input, new float[8]).Length);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new StreamContext<float>(0, 1, 10));
    }
}
