//! Whole stacks: gradients, company and threads.

use super::*;

#[test]
fn a_stack_differentiates_and_a_row_is_the_same_in_any_company() {
    let shape = |outputs, inputs, kernel: [usize; 2]| Geometry {
        outputs,
        inputs,
        kernel,
        padding: kernel[1] / 2,
    };
    let plain = [
        convolution(shape(10, 1, [3, 3]), LEAKY, 1.3),
        pool([2, 2]),
        convolution(shape(24, 10, [1, 3]), LEAKY, 2.3),
        convolution(shape(7, 24, [3, 1]), Activation::Linear, 3.3),
        // After the last tap.
        convolution(shape(7, 7, [99, 1]), Activation::Linear, 4.3),
    ];
    let stack = ConvolutionStack::new(plain.iter().map(|plain| plain.layer.clone()).collect());
    assert_eq!(stack.sizes([3, 9, 1], 2), None);
    assert_eq!(stack.sizes([21, 9, 2], 1), None);
    assert_eq!(stack.sizes([21, 9, 1], 5), None);
    assert_eq!(stack.sizes([21, 9, 1], 6), None);
    let (size, batch, taps) = ([21, 9, 1], 7, [3, 1]);
    let length = 21 * 9;
    let run = |planes: &[f64]| {
        let (mut here, mut size) = (planes.to_vec(), size);
        let outs = plain[..4].iter().map(|plain| {
            here = plain.forward(&here, size);
            size = plain.layer.output(size).unwrap();
            here.clone()
        });
        let outs: Vec<_> = outs.collect();
        [outs[3].clone(), outs[1].clone()].concat()
    };
    let planes = noise(batch * length, 0.77);
    let expected = run(&wide(&planes[..length]));
    let width = expected.len();
    let gradients = noise(batch * width, 0.41);
    let plan = stack.plan(size, &taps);
    let both = |samples: std::ops::Range<usize>| {
        let planes = &planes[samples.start * length..samples.end * length];
        let gradients = &gradients[samples.start * width..samples.end * width];
        let (packed, on) = (stack.packed(), Machine::this());
        (
            packed.forward(planes, &plan, &taps, on),
            packed.backward(planes, &plan, &taps, gradients, on),
        )
    };
    let (out, back) = both(0..batch);
    near(&out[..width], &expected, 1e-4);
    check_gradient(&planes[..length], &back[..length], |plane| {
        dot(&run(plane), &gradients[..width])
    });
    for threads in [1, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let pool = pool.build().unwrap();
        for sample in 0..batch {
            let (alone, alone_back) = pool.install(|| both(sample..sample + 1));
            assert_eq!(alone, out[sample * width..(sample + 1) * width]);
            assert_eq!(alone_back, back[sample * length..(sample + 1) * length]);
        }
    }
}
